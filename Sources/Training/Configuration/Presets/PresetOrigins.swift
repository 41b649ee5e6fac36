extension TrainingSettings {
  /// Where a preset's networks and numbers come from, in a few words; docs/recipes.md has the details.
  ///
  /// - Parameter preset: One of `presetNames`.
  /// - Returns: A line without a full stop.
  package static func origin(ofPreset preset: String) -> String? { origins[preset] }

  private static let origins = [
    "sagan128": "SAGAN, attention at 32×32 (Zhang et al. 2019)",
    "sagan64": "SAGAN at 64×64 with BigGAN-PyTorch's widths, attention at 32×32",
    "sagan32": "SAGAN with SNGAN's widths for 32×32, attention at 16×16",
    "sngan-projection128": "SNGAN with projection (Miyato and Koyama 2018), its ImageNet recipe",
    "sngan-projection32": "SNGAN with projection, its CIFAR-10 recipe",
    "acgan128": "AC-GAN with spectral norm in D, as Miyato and Koyama compare it",
    "acgan32": "the same at 32×32",
    "photos64": "sagan64 at a quarter of its width, for photographs, half an hour on two cores",
    "fashion32": "a small SAGAN for Fashion-MNIST, minutes on two cores",
    "tiny": "a very small SAGAN, for tests",
  ]
}
