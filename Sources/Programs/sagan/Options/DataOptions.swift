import Checkpoints
import ArgumentParser
import Datasets

/// `--data` and `--cache` of the commands that compare a checkpoint with images.
struct DataOptions: ParsableArguments {
  @Option(help: ArgumentHelp("\(DataSpecification.kinds) (default: from the run).", valueName: "DATA"))
  var data: String?

  @Option(
    help: ArgumentHelp("Folder for decoded images (default: from the run).", valueName: "DIR"),
    completion: .directory)
  var cache: String?

  /// What was chosen.
  func choice() throws(DatasetError) -> DataOverride {
    if let data { _ = try DataSpecification(parsing: data) }
    return DataOverride(data: data, cache: cache)
  }
}
