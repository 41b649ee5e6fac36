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

let settings: [SwiftSetting] =
  machineFlags + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]

// MARK: - Targets, lowest level first (imports point strictly downwards; Tests/import-rules checks them)

/// A library target of this package; the README.md in its folder says what it is and is not.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: settings)
}

/// A test target of this package.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let package = Package(
  name: "sagan",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // MARK: Level 0
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CVectors"),
    .target(name: "CProcessor", cSettings: machineDefines),
    .target(name: "CClosure"),
    .target(name: "CSignals"),
    library("Tensors", ["CClosure"]),
    .target(name: "CMallocCounter"),
    .target(name: "CSystemCalls"),
    library("Charts"),
    // MARK: Level 1
    library("BLAS", ["COpenBLAS"]),
    library("MPI", ["COpenMPI"]),
    library("Formats", ["CSPNG", "CTurboJPEG", "CXXHash", "CZlib"]),
    library("Datasets", ["Tensors", "Formats"]),
    // MARK: Level 2
    library("Kernels", ["BLAS", "Tensors", "CVectors"]),
    library("DataParallel", ["MPI", "Tensors"]),
    // MARK: Levels 3 to 5
    library("Optimizers", ["Kernels", "Tensors"]),
    library("Layers", ["Kernels", "Tensors"]),
    library("Networks", ["Layers", "Kernels", "Tensors"]),
    library(
      "Training",
      [
        "Networks", "Layers", "Kernels", "Tensors", "Optimizers", "Datasets", "Formats", "DataParallel", "BLAS", "MPI",
        .product(name: "Logging", package: "swift-log"), .product(name: "Yams", package: "Yams"),
      ]),
    // MARK: Level 6
    library("Evaluation", ["BLAS", "Datasets", "Tensors"]),
    library(
      "Benchmarks",
      ["Training", "Networks", "Layers", "Kernels", "BLAS", "DataParallel", "Datasets", "Optimizers", "Tensors"]),
    // MARK: Level 7
    library("Scaling", ["Benchmarks", "Charts", "DataParallel", "Formats", "Tensors", "Training"]),
    // MARK: Level 8
    .executableTarget(
      name: "sagan",
      dependencies: [
        "Scaling", "Benchmarks", "Evaluation", "Training", "Kernels", "DataParallel", "Datasets", "MPI", "BLAS",
        "CProcessor", "CSignals",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "rank-checks",
      dependencies: [
        "Training", "Networks", "Layers", "Optimizers", "Datasets", "Formats", "DataParallel", "BLAS", "MPI", "Tensors",
        "CMallocCounter", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    // MARK: Tests
    library("TestSupport", ["Optimizers", "Layers", "Kernels", "BLAS", "Tensors"]),
    tests("TensorsTests", ["TestSupport", "Tensors"]),
    tests("KernelsTests", ["TestSupport", "Kernels", "BLAS", "Tensors"]),
    tests("LayersTests", ["TestSupport", "Layers", "Kernels", "Tensors"]),
    tests("EvaluationTests", ["Evaluation", "Datasets", "Tensors"]),
    tests("NetworksTests", ["TestSupport", "Networks", "Layers", "Kernels", "Tensors"]),
    tests("OptimizersTests", ["TestSupport", "Optimizers", "Kernels", "Tensors"]),
    tests(
      "TrainingTests",
      [
        "TestSupport", "Training", "Networks", "Layers", "Kernels", "Tensors", "Optimizers", "Datasets", "Formats",
        "DataParallel",
        "MPI", .product(name: "Logging", package: "swift-log"),
      ]),
    tests("ChartsTests", ["Charts"]),
    tests("ScalingTests", ["Scaling"]),
    tests("FormatsTests", ["Formats"]),
    tests("DatasetsTests", ["Datasets", "Formats", "Tensors"]),
    tests("DataParallelTests", ["DataParallel", "MPI", "Tensors"]),
    tests("FuzzTests", ["Training", "Datasets", "Formats", "Networks"]),
    tests("EndToEndTests", ["Formats", "CSystemCalls"]),
  ],
  swiftLanguageModes: [.v6]
)
