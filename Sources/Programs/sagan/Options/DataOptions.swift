import ArgumentParser
import Datasets
import Training

/// `--data` and `--cache` of the commands that compare a checkpoint with images.
struct DataOptions: ParsableArguments {
  @Option(help: ArgumentHelp("\(DataSpecification.kinds); else the run's.", valueName: "DATA"))
  var data: String?

  @Option(
    help: ArgumentHelp("Where decoded images of folder:DIR are kept; else the run's place.", valueName: "DIR"),
    completion: .directory)
  var cache: String?

  /// What was chosen.
  func choice() throws(DatasetError) -> DataOverride {
    if let data { _ = try DataSpecification(parsing: data) }
    return DataOverride(data: data, cache: cache)
  }
}
