/// Says what a file is that is not one of PyTorch's.
enum PyTorchRefusal {
  /// The sentence for a file by its first bytes.
  static func fault(of head: [UInt8]) -> FormatFault {
    func has(_ text: String, at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: Array(text.utf8)) }
    let stateDict = "save it again with torch.save(model.state_dict(), …)"
    if head.isEmpty { return FormatFault("it is empty", advice: "download it again") }
    if has("version https://git-lfs") {
      return FormatFault("it is a pointer of Git LFS and not the file", advice: "fetch it with git lfs pull")
    }
    if has("<!") || has("<html") { return FormatFault("it is a web page", advice: "download the file itself") }
    if has("ustar", at: 257) || has("sys_info") || has("pickle") {
      return FormatFault("it is a tar file, as torch 0.1 wrote them", advice: "save it again with a newer torch")
    }
    if has("{", at: 8) {
      return FormatFault("it is a safetensors file", advice: "name it with the ending .safetensors")
    }
    if has("\u{89}HDF") || head.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      return FormatFault("it is an HDF5 file", advice: "convert it to PyTorch or safetensors")
    }
    if head.starts(with: [0x1F, 0x8B]) { return FormatFault("it is compressed with gzip", advice: "decompress it") }
    if head[0] == 0x80, head.count > 1, head[1] <= 5 {
      if PyTorchContainer.legacyMagic.starts(with: head) {
        return FormatFault("it ends after \(head.count) bytes; it is truncated")
      }
      return FormatFault("it is a pickle, and not one of torch.save", advice: stateDict)
    }
    if [UInt8]([0x50, 0x4B, 3, 4]).starts(with: head) { return FormatFault("it is truncated") }
    return FormatFault("it begins neither as a zip file nor as torch.save's older form", advice: stateDict)
  }
}
