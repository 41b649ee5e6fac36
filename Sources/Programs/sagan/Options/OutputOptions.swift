import ArgumentParser

/// What the commands that write single files do where there are such.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Replace files that are there; without it, they stay and the command ends.")
  var force = false
}
