/// Numbers that any program can make from a name.
public enum HashedNumbers {
  /// Numbers in 0 ..< 1: splitmix64 (Steele, Lea and Flood 2014), from an FNV-1a hash of the name on.
  ///
  /// `Tests/pytorch/feature_networks.py` makes the same bits.
  ///
  /// - Parameters:
  ///   - name: Whose numbers.
  ///   - count: How many.
  /// - Returns: The numbers.
  public static func uniform(_ name: String, _ count: Int) -> [Double] {
    var key: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (0..<count).map { index in
      var x = key &+ UInt64(index + 1) &* 0x9e37_79b9_7f4a_7c15
      x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
      x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
      x ^= x >> 31
      return Double(x >> 11) / 0x1p53
    }
  }
}
