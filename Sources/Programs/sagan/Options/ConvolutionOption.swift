import Configuration
public import ArgumentParser
public import Kernels

extension ConvolutionAlgorithm: ExpressibleByArgument {}

/// `--conv` of the commands that compute with the networks of a run.
struct ConvolutionOption: ParsableArguments {
  @Option(
    help: "Convolution algorithm: fast, or direct for comparison (default: from the run).")
  var conv: ConvolutionAlgorithm?

  /// What it says about the setting of the same name.
  var assignments: [SettingAssignment] { [assignment("conv", conv?.rawValue)].compactMap { $0 } }
}
