internal import DataParallel
internal import Statistics
internal import Tensors
internal import Threads

/// The Fréchet distance of the images of each class: its mean is intra-FID.
///
/// Moments of a class take 4 d² bytes; only as many classes at a time are summed as fit a budget, and each rank has its own.
struct ClassDistances {
  let generated: FeatureTable
  let reference: FeatureTable
  let classes: Int
  let divisor: Gaussian.Divisor
  let replicas: ReplicaGroup
  let pool: WorkerPool

  /// Bytes of moments that are held at a time on all ranks.
  private static let budget = 1 << 30
  /// Features beyond which the jackknife of each class would cost more than its error is worth knowing.
  private static let jackknifeLimit = 512

  /// The distances; `nil` for classes with fewer than two images on one side.
  func estimates() -> [Estimate?] {
    let groups = generated.featureCount <= Self.jackknifeLimit ? Groups.usual : 1
    let bytes = 16 * Moments.encodedCount(dimensions: generated.featureCount) * groups
    let atOnce = max(1, Self.budget / bytes)
    var result: [Estimate?] = []
    for start in stride(from: 0, to: classes, by: atOnce) {
      result += estimates(of: start..<min(start + atOnce, classes), groups: groups)
    }
    return result
  }

  private func estimates(of some: Range<Int>, groups: Int) -> [Estimate?] {
    let fakes = moments(generated, some, groups)
    let reals = moments(reference, some, groups)
    let known = some.indices.map {
      fakes[$0 - some.lowerBound].map(\.count).reduce(0, +) >= 2
        && reals[$0 - some.lowerBound].map(\.count).reduce(0, +) >= 2
    }
    let perClass = 1 + 2 * Groups.usual
    // All values of all classes as jobs: where there are none the numbers are not looked at.
    let values = replicas.values(ofJobs: some.count * perClass) { own in
      var byClass: [Int: [Int]] = [:]
      for (place, job) in own.enumerated() { byClass[job / perClass, default: []].append(place) }
      var values = [Double](repeating: 0, count: own.count)
      let tasks = byClass.keys.sorted()
      values.withUnsafeMutableBufferPointer { values in
        let values = Shared(values)
        let (byClass, divisor) = (byClass, divisor)
        pool.run(tasks.count) { task, _ in
          let number = tasks[task]
          guard known[number] else { return }
          let comparison = FrechetComparison(
            generated: FrechetSide(groups: fakes[number], divisor: divisor),
            real: FrechetSide(groups: reals[number], divisor: divisor))
          let jobs = comparison.jobs
          for place in byClass[number] ?? [] {
            let job = own[place] % perClass
            if job < jobs.count { values.pointer[place] = comparison.value(of: jobs[job]) }
          }
        }
      }
      return values
    }
    return (0..<some.count).map { number -> Estimate? in
      guard known[number] else { return nil }
      let comparison = FrechetComparison(
        generated: FrechetSide(groups: fakes[number], divisor: divisor),
        real: FrechetSide(groups: reals[number], divisor: divisor))
      let count = comparison.jobs.count
      return comparison.result(of: Array(values[number * perClass..<number * perClass + count])).estimate
    }
  }

  /// The moments of each class's groups of images.
  private func moments(_ table: FeatureTable, _ some: Range<Int>, _ wanted: Int) -> [[Moments]] {
    var members = [[Int]](repeating: [], count: some.count)
    for (image, label) in table.labels.enumerated() where some.contains(Int(label)) {
      members[Int(label) - some.lowerBound].append(image)
    }
    let cuts = members.map { Groups(of: $0.count, into: wanted) }
    let firsts = cuts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.groups) }
    var subset: [Int: Int] = [:]
    for (number, images) in members.enumerated() {
      for (place, image) in images.enumerated() { subset[image] = firsts[number] + cuts[number].group(of: place) }
    }
    let counts = cuts.flatMap { $0.ranges.map(\.count) }
    let all = GroupMoments(table: table, replicas: replicas, pool: pool).of(counts: counts) { subset[$0] }
    return cuts.indices.map { Array(all[firsts[$0]..<firsts[$0 + 1]]) }
  }
}
