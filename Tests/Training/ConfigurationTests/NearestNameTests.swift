import Configuration
import Testing

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("sagan23", "sagan32"), ("sagn64", "sagan64"), ("fashion", "fashion32"), ("acgan", "acgan32"),
  ])
  func presets(wrong: String, right: String) {
    #expect(NearestName.find(wrong, among: TrainingSettings.presetNames) == right)
  }

  @Test(arguments: [
    ("batch-size", "batch"), ("g-lr", "generator-learning-rate"), ("beta_2", "beta2"), ("bacth", "batch"),
    ("widht", "width"), ("d-steps", "steps"), ("ema-decay", "average-decay"),
  ])
  func keys(wrong: String, right: String) {
    #expect(NearestName.find(wrong, among: TrainingSettings.settingKeys) == right)
  }

  @Test func nothing() { #expect(NearestName.find("x", among: []) == nil) }
}
