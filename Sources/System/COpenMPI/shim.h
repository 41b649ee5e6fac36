// Open MPI's header, and as functions the handles that it defines as macros with casts, which Swift cannot import.
#include <mpi.h>
#include <sys/types.h>
#include <sys/uio.h>

static inline MPI_Comm shim_mpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Errhandler shim_mpi_errors_return(void) { return MPI_ERRORS_RETURN; }
static inline MPI_Info shim_mpi_info_null(void) { return MPI_INFO_NULL; }
static inline void *shim_mpi_in_place(void) { return MPI_IN_PLACE; }
static inline MPI_Status *shim_mpi_status_ignore(void) { return MPI_STATUS_IGNORE; }

static inline MPI_Datatype shim_mpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype shim_mpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype shim_mpi_int32(void) { return MPI_INT32_T; }
static inline MPI_Datatype shim_mpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Datatype shim_mpi_uint8(void) { return MPI_UINT8_T; }
static inline MPI_Datatype shim_mpi_byte(void) { return MPI_BYTE; }

static inline MPI_Op shim_mpi_sum(void) { return MPI_SUM; }
static inline MPI_Op shim_mpi_min(void) { return MPI_MIN; }
static inline MPI_Op shim_mpi_max(void) { return MPI_MAX; }

// What Open MPI copies between processes with; the C library declares it under _GNU_SOURCE only.
extern ssize_t process_vm_readv(pid_t pid, const struct iovec *to, unsigned long to_count, const struct iovec *from,
                                unsigned long from_count, unsigned long flags);
