/// When sums of gradients are taken.
public enum Overlap: String, Hashable, Sendable, CaseIterable {
  /// After the backward pass.
  case none
  /// During the backward pass, by its own thread whenever a layer's gradients are done.
  case polling
  /// During the backward pass, by a thread for it, which sleeps between messages.
  case thread
}
