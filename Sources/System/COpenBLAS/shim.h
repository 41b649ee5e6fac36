// OpenBLAS: CBLAS, thread count and build information.
#include <cblas.h>
#include <stddef.h>

// LAPACK, which OpenBLAS contains without a header of its own. These are Fortran routines: every argument is a pointer, matrices
// lie column by column, and the lengths of the strings come last.

// Eigenvalues, and with `jobz` V eigenvectors, of a symmetric matrix, in ascending order.
void dsyevd_(
    const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work, const int *lwork,
    int *iwork, const int *liwork, int *info, size_t jobz_length, size_t uplo_length);

// Cholesky factor of a symmetric positive semidefinite matrix with complete pivoting.
void dpstrf_(
    const char *uplo, const int *n, double *a, const int *lda, int *piv, int *rank, const double *tol, double *work, int *info,
    size_t uplo_length);
