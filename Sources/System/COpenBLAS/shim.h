// OpenBLAS: CBLAS, thread count and build information.
#include <cblas.h>
