/// Checks the processor before the program starts; there is nothing to call.
