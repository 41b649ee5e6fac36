public import Files
public import Formats
internal import Threads

/// What a safetensors file holds: every tensor, and the spectral norms of a network's layers.
public struct FileSummary: Encodable, Sendable, Equatable {
  /// The file's name within the checkpoint, or its path.
  public let name: String
  /// The texts of its header.
  public let metadata: [String: String]
  /// All tensors, by name.
  public let tensors: [TensorSummary]
  /// The spectrally normalized layers.
  public let spectra: [SpectrumSummary]
  /// Number of trained parameters, in the file of a network.
  public let parameters: Int?

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - name: What it is called.
  /// - Throws: `FileError` if it is none.
  public init(path: String, name: String) throws(FileError) {
    let file = try SafetensorsFile(path: path)
    let pool = WorkerPool(threads: 1)
    self.name = name
    metadata = file.metadata
    var tensors: [TensorSummary] = []
    var spectra: [SpectrumSummary] = []
    for tensor in file.names.sorted() {
      tensors.append(try TensorSummary(tensor, of: file))
      if tensor.hasSuffix(".sigma"),
        let spectrum = try SpectrumSummary(String(tensor.dropLast(".sigma".count)), of: file, pool: pool)
      {
        spectra.append(spectrum)
      }
    }
    self.tensors = tensors
    self.spectra = spectra
    let isNetwork = metadata["architecture"] != nil
    parameters = isNetwork ? tensors.filter(\.isParameter).reduce(0) { $0 + $1.count } : nil
  }
}
