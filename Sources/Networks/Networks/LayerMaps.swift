internal import Tensors

/// What the blocks of a network were given in a pass, in forward order, with names for people.
func namedMaps<Scalar>(
  _ blockInputs: [Tensor<Scalar>], attentionBlock: Int?, _ attentionInput: Tensor<Scalar>
) -> [(name: String, map: Tensor<Scalar>)] {
  blockInputs.enumerated().flatMap { index, input in
    [("the input of 'block\(index)'", input)]
      + (index == attentionBlock ? [("the input of 'block\(index).attention'", attentionInput)] : [])
  }
}
