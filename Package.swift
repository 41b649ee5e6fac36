// swift-tools-version: 6.3
import Foundation
import PackageDescription

// MARK: - The instruction set

/// The level of the machine that code is generated for: that of the building machine.
///
/// `SAGAN_ISA` overrides it with `x86-64-v4`, `x86-64-v3` or `baseline`. Clusters of mixed nodes are built for their least node.
let instructionSet: String = {
  if let wanted = Context.environment["SAGAN_ISA"], !wanted.isEmpty {
    precondition(
      ["x86-64-v4", "x86-64-v3", "baseline"].contains(wanted),
      "SAGAN_ISA is '\(wanted)'; expected x86-64-v4, x86-64-v3 or baseline")
    return wanted
  }
  #if arch(x86_64)
    let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let flags = Set(
      cpu.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? [])
    let v4 = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
    return v4.allSatisfy { flags.contains($0[...]) } ? "x86-64-v4" : "x86-64-v3"
  #else
    return "baseline"
  #endif
}()

let machineFlags: [SwiftSetting] =
  switch instructionSet {
  case "x86-64-v4": [.unsafeFlags(["-Xcc", "-march=x86-64-v4", "-Xcc", "-fno-math-errno"]), .define("SAGAN_ISA_V4")]
  case "x86-64-v3": [.unsafeFlags(["-Xcc", "-march=x86-64-v3", "-Xcc", "-fno-math-errno"]), .define("SAGAN_ISA_V3")]
  default: []
  }

/// The same level for C code that has to know it.
let machineDefines: [CSetting] =
  switch instructionSet {
  case "x86-64-v4": [.define("SAGAN_ISA_V4")]
  case "x86-64-v3": [.define("SAGAN_ISA_V3")]
  default: []
  }

/// Whether the toolchain has Swift's libraries for linking into a program, and the linker for it; distributions may leave them
/// out.
let hasStaticLibraries: Bool = (Context.environment["PATH"] ?? "").split(separator: ":").contains { folder in
  let tools = URL(fileURLWithPath: "\(folder)/swiftc").resolvingSymlinksInPath().deletingLastPathComponent()
  return ["ld.lld", "../lib/swift_static/linux/libFoundationEssentials.a"].allSatisfy {
    FileManager.default.fileExists(atPath: tools.appendingPathComponent($0).path)
  }
}

/// Swift's own libraries become part of the program: nodes of a cluster need none of them.
///
/// Modules name the libraries that they are linked with where those are shared; the rest is what these consist of. The usual
/// linker would warn of a function in them that nothing calls.
let runtime: [LinkerSetting] =
  hasStaticLibraries
  ? [.unsafeFlags(["-static-stdlib", "-use-ld=lld"])]
    + [
      "CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections", "FoundationEssentials",
      "FoundationInternationalization",
    ].map { .linkedLibrary($0) }
  : []

let settings: [SwiftSetting] =
  machineFlags + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]

// MARK: - Targets, by floor, the lowest first (imports point strictly downwards; Tests/import-rules checks them)

/// A floor of the house: a folder of `Sources` whose folders are modules.
enum Floor: String {
  case system = "System"
  case compute = "Compute"
  case parallel = "Parallel"
  case data = "Data"
  case networks = "Networks"
  case training = "Training"
  case scores = "Scores"
  case studies = "Studies"
  case programs = "Programs"
}

/// A C library of the system.
func system(_ name: String, _ pkgConfig: String? = nil, apt package: String? = nil) -> Target {
  .systemLibrary(
    name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: package.map { [.apt([$0])] })
}

/// C code of this package.
func c(_ name: String, _ settings: [CSetting] = []) -> Target {
  .target(name: name, path: "Sources/System/\(name)", exclude: ["README.md"], cSettings: settings)
}

/// A module of this package; the README.md in its folder says what it is and is not.
func library(_ floor: Floor, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(floor.rawValue)/\(name)", exclude: ["README.md"],
    swiftSettings: settings)
}

/// A program of this package.
func program(_ name: String, _ dependencies: [Target.Dependency], linking libraries: [LinkerSetting] = []) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Sources/Programs/\(name)", exclude: ["README.md"],
    swiftSettings: settings, linkerSettings: libraries)
}

/// What tests share.
func testSupport(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Tests/\(path)", exclude: ["README.md"], swiftSettings: settings)
}

/// Tests of a module, or of what it makes of others.
func tests(_ floor: Floor, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(floor.rawValue)/\(name)", swiftSettings: settings)
}

let package = Package(
  name: "sagan",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // MARK: System
    system("COpenBLAS", "openblas", apt: "libopenblas-dev"),
    system("COpenMPI", "ompi-c", apt: "libopenmpi-dev"),
    system("CSPNG", "spng", apt: "libspng-dev"),
    system("CTurboJPEG", "libturbojpeg", apt: "libturbojpeg0-dev"),
    system("CWebP", "libwebp", apt: "libwebp-dev"),
    system("CXXHash", "libxxhash", apt: "libxxhash-dev"),
    system("CZlib", "zlib", apt: "zlib1g-dev"),
    system("CVectors"),
    c("CProcessor", machineDefines),
    c("CWorkers"),
    c("CSignals"),
    c("CMallocCounter"),
    c("CSystemCalls"),
    c("CSpawn"),
    library(.system, "Files", ["CXXHash", .product(name: "SystemPackage", package: "swift-system")]),
    // MARK: Compute
    library(.compute, "Threads", ["CWorkers", "Files"]),
    library(.compute, "Tensors"),
    library(.compute, "BLAS", ["COpenBLAS", "Threads"]),
    library(.compute, "Kernels", ["BLAS", "Tensors", "Threads", "Files", "CVectors"]),
    // MARK: Parallel
    library(.parallel, "MPI", ["COpenMPI"]),
    library(.parallel, "DataParallel", ["MPI", "Tensors", "Threads"]),
    // MARK: Data
    library(.data, "Formats", ["Files", "CZlib"]),
    library(.data, "Images", ["Files", "CSPNG", "CTurboJPEG", "CWebP"]),
    library(.data, "Datasets", ["Formats", "Images", "Files", "Tensors", "Threads"]),
    library(.data, "Packing", ["Datasets", "DataParallel", "Images", "Files", "Threads"]),
    // MARK: Networks
    library(.networks, "Optimizers", ["Kernels", "Tensors", "Threads"]),
    library(.networks, "Layers", ["Kernels", "Tensors", "Threads"]),
    library(.networks, "Networks", ["Layers", "Kernels", "Tensors", "Threads"]),
    // MARK: Training
    library(
      .training, "Configuration",
      [
        "Networks", "DataParallel", "Kernels", "Tensors", "Threads", "Datasets", "Images", "Files",
        .product(name: "Yams", package: "Yams"),
      ]),
    library(
      .training, "Checkpoints",
      [
        "Configuration", "Networks", "Layers", "Tensors", "Threads", "BLAS", "Datasets", "Formats", "Files",
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      .training, "Trainer",
      [
        "Configuration", "Checkpoints", "Networks", "Layers", "Optimizers", "Kernels", "Tensors", "Threads",
        "DataParallel",
        "Datasets", "Files",
      ]),
    library(
      .training, "Sampling",
      [
        "Configuration", "Trainer", "Checkpoints", "Networks", "Layers", "Kernels", "Tensors", "Threads", "Datasets",
        "Images",
        "Formats",
        "Files",
      ]),
    library(
      .training, "Runs",
      [
        "Configuration", "Checkpoints", "Trainer", "Sampling", "Networks", "Layers", "Optimizers", "Kernels", "Tensors",
        "Threads",
        "Datasets", "Formats", "Images", "Files", "DataParallel", "BLAS", "MPI",
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      .training, "Interchange",
      [
        "Runs", "Trainer", "Checkpoints", "Configuration", "Networks", "Layers", "Optimizers", "Kernels",
        "BLAS", "Tensors", "Threads", "Datasets", "Formats", "Files", "DataParallel",
        .product(name: "Logging", package: "swift-log"),
      ]),
    // MARK: Scores
    library(.scores, "Statistics", ["BLAS", "Tensors", "Threads"]),
    library(.scores, "Extractors", ["Formats", "Kernels", "Tensors", "Threads", "Files"]),
    library(
      .scores, "Classifier",
      [
        "Datasets", "Formats", "Networks", "Layers", "Optimizers", "Kernels", "DataParallel", "MPI", "Tensors",
        "Threads", "Files",
      ]),
    library(
      .scores, "Evaluation",
      [
        "Classifier", "Extractors", "Statistics", "Runs", "Sampling", "Checkpoints", "Configuration", "Kernels",
        "DataParallel", "Datasets", "Formats", "Images",
        "Tensors", "Threads", "Files", .product(name: "Logging", package: "swift-log"),
      ]),
    // MARK: Studies
    library(
      .studies, "Reports",
      [
        "Evaluation", "Sampling", "Checkpoints", "Configuration", "Networks", "Layers", "Formats", "Images", "Tensors",
        "Threads", "Files",
      ]),
    library(
      .studies, "Benchmarks",
      [
        "Reports", "Extractors", "Runs", "Sampling", "Trainer", "Configuration", "Networks", "Layers", "Optimizers",
        "Kernels", "BLAS", "DataParallel", "Datasets", "Tensors", "Threads", "Files",
      ]),
    library(
      .studies, "Scaling",
      [
        "Benchmarks", "Reports", "Runs", "Trainer", "Configuration", "DataParallel", "Tensors", "Threads", "Files",
        "CSpawn",
      ]),
    library(
      .studies, "Experiments",
      [
        "Scaling", "Benchmarks", "Reports", "Evaluation", "Runs", "Checkpoints", "Configuration", "Networks",
        "DataParallel", "Datasets", "Files",
      ]),
    // MARK: Programs
    program(
      "sagan",
      [
        "Experiments", "Scaling", "Benchmarks", "Reports", "Evaluation", "Classifier", "Interchange", "Runs", "Packing",
        "Sampling",
        "Trainer",
        "Checkpoints", "Configuration", "Networks", "Kernels", "DataParallel", "Datasets", "MPI", "BLAS", "Threads",
        "Files",
        "CProcessor", "CSignals",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], linking: runtime),
    program(
      "rank-checks",
      [
        "Classifier", "Runs", "Trainer", "Checkpoints", "Configuration", "Networks", "Layers", "Optimizers", "Datasets",
        "Images", "Files", "DataParallel", "BLAS", "MPI", "Tensors", "Threads", "CMallocCounter",
        .product(name: "Logging", package: "swift-log"),
      ]),
    // MARK: Tests
    testSupport(
      "TestSupport", "TestSupport",
      ["Optimizers", "Layers", "Kernels", "BLAS", "Tensors", "Threads", "Files", "CSpawn"]),
    testSupport(
      "TrainingTestSupport", "Training/TrainingTestSupport",
      ["TestSupport", "Checkpoints", "Configuration", "Files", .product(name: "Logging", package: "swift-log")]),
    tests(.system, "FilesTests", ["TestSupport", "Files"]),
    tests(.compute, "ThreadsTests", ["Threads"]),
    tests(.compute, "TensorsTests", ["TestSupport", "Tensors", "Threads"]),
    tests(.compute, "KernelsTests", ["TestSupport", "Kernels", "BLAS", "Tensors", "Threads"]),
    tests(.parallel, "DataParallelTests", ["DataParallel", "MPI", "Tensors", "Threads"]),
    tests(.data, "FormatsTests", ["TestSupport", "Formats", "Files"]),
    tests(.data, "ImagesTests", ["TestSupport", "Images", "Files"]),
    tests(.data, "DatasetsTests", ["TestSupport", "Datasets", "Images", "Formats", "Files", "Tensors", "Threads"]),
    tests(
      .data, "PackingTests",
      ["TestSupport", "Packing", "Datasets", "DataParallel", "Images", "Files", "Threads"]),
    tests(.networks, "LayersTests", ["TestSupport", "Layers", "Kernels", "Tensors", "Threads"]),
    tests(.networks, "NetworksTests", ["TestSupport", "Networks", "Layers", "Kernels", "Tensors", "Threads"]),
    tests(.networks, "OptimizersTests", ["TestSupport", "Optimizers", "Kernels", "Tensors", "Threads"]),
    tests(
      .training, "ConfigurationTests",
      ["TrainingTestSupport", "TestSupport", "Configuration", "Networks", "Layers", "Kernels", "Tensors", "Threads"]),
    tests(
      .training, "CheckpointsTests",
      ["TrainingTestSupport", "TestSupport", "Checkpoints", "Configuration", "Formats", "Files", "Tensors", "Threads"]),
    tests(
      .training, "TrainerTests",
      [
        "TrainingTestSupport", "TestSupport", "Runs", "Trainer", "Checkpoints", "Configuration", "Networks", "Layers",
        "Kernels", "Tensors", "Threads", "Optimizers", "Datasets", "Formats", "Files", "DataParallel", "MPI",
      ]),
    tests(
      .training, "SamplingTests",
      [
        "TestSupport", "Sampling", "Configuration", "Networks", "Layers", "Kernels", "BLAS", "Tensors", "Threads",
        "Images", "Files",
      ]),
    tests(
      .training, "RunsTests",
      [
        "TrainingTestSupport", "TestSupport", "Runs", "Trainer", "Sampling", "Checkpoints", "Configuration", "Networks",
        "Tensors", "Threads", "Datasets", "Files", "DataParallel", .product(name: "Logging", package: "swift-log"),
      ]),
    tests(
      .training, "InterchangeTests",
      [
        "TrainingTestSupport", "TestSupport", "Interchange", "Checkpoints", "Configuration", "Networks", "Layers",
        "Kernels", "BLAS", "Tensors", "Threads", "Formats", "Files", .product(name: "Logging", package: "swift-log"),
      ]),
    tests(
      .training, "FuzzTests",
      [
        "TestSupport", "Interchange", "Experiments", "Scaling", "Reports", "Evaluation", "Runs", "Checkpoints",
        "Configuration", .product(name: "Logging", package: "swift-log"),
        "Packing", "DataParallel", "Datasets", "Images", "Formats", "Files", "Networks",
      ]),
    tests(
      .scores, "ClassifierTests",
      [
        "TestSupport", "Classifier", "Datasets", "Formats", "Networks", "Layers", "Kernels", "DataParallel", "BLAS",
        "Tensors", "Threads", "Files",
      ]),
    tests(.scores, "StatisticsTests", ["Statistics", "TestSupport", "BLAS", "Tensors", "Threads"]),
    tests(
      .scores, "ExtractorsTests", ["TestSupport", "Extractors", "Formats", "Kernels", "Tensors", "Threads", "Files"]),
    tests(
      .scores, "EvaluationTests",
      ["TestSupport", "Evaluation", "Statistics", "DataParallel", "Datasets", "Images", "Files", "Tensors", "Threads"]),
    tests(.studies, "ReportsTests", ["TestSupport", "Reports", "Evaluation", "Images", "Files"]),
    tests(.studies, "ScalingTests", ["Scaling"]),
    tests(
      .studies, "ExperimentsTests", ["TestSupport", "Experiments", "Scaling", "Benchmarks", "Configuration", "Files"]),
    tests(.programs, "EndToEndTests", ["TestSupport", "Images", "Formats", "Files", "CSystemCalls"]),
  ],
  swiftLanguageModes: [.v6]
)
