/// A program whose weights are read or written.
public enum Peer: String, CaseIterable, Sendable {
  /// ajbrock/BigGAN-PyTorch.
  case bigGAN = "biggan-pytorch"
  /// POSTECH-CVLab/PyTorch-StudioGAN.
  case studioGAN = "studiogan"
  /// kwotsin/mimicry.
  case mimicry
  /// This program's own tensors in a file of PyTorch, as `sagan export --to pytorch` writes them.
  case sagan

  /// How the peer's tensors are named and laid out.
  var scheme: any PeerScheme {
    switch self {
    case .bigGAN: BigGANScheme()
    case .studioGAN: StudioGANScheme()
    case .mimicry: MimicryScheme()
    case .sagan: OwnScheme()
    }
  }
}

/// One of the two networks.
enum NetworkSide: String, Sendable {
  case generator
  case discriminator
}
