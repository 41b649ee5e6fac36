import Evaluation
import Testing

@Suite struct BlockPlanTests {
  @Test(arguments: [0, 1, 63, 64, 65, 1000, 10_001], [1, 2, 3, 7, 64, 200])
  func ranksOwnAllImagesOnce(count: Int, ranks: Int) {
    let plan = BlockPlan(count: count)
    #expect((0..<plan.blocks).flatMap { Array(plan.images(ofBlock: $0)) } == Array(0..<count))
    #expect((0..<ranks).flatMap { Array(plan.images(ofRank: $0, of: ranks)) } == Array(0..<count))
    #expect((0..<ranks).flatMap { Array(plan.blocks(ofRank: $0, of: ranks)) } == Array(0..<plan.blocks))
    for rank in 0..<ranks {
      let images = plan.blocks(ofRank: rank, of: ranks).flatMap { Array(plan.images(ofBlock: $0)) }
      #expect(images == Array(plan.images(ofRank: rank, of: ranks)))
    }
  }
}
