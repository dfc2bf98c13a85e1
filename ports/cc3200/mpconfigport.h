// What of MicroPython this port takes. Every switch that costs bytes is listed with its measured size in docs/size.md.
// clang-format off: columns
#include <alloca.h>
#include <stdint.h>

#include "genhdr/board_config.h"

// The smallest set that is still Python; everything beyond it is chosen by hand below.
#define MICROPY_CONFIG_ROM_LEVEL                (MICROPY_CONFIG_ROM_LEVEL_CORE_FEATURES)

// Core: 4-byte object words, no floating point (the WiPy has none), integers of any length.
#define MICROPY_OBJ_REPR                        (MICROPY_OBJ_REPR_A)
#define MICROPY_FLOAT_IMPL                      (MICROPY_FLOAT_IMPL_NONE)
#define MICROPY_LONGINT_IMPL                    (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_MODULE_WEAK_LINKS               (0)
#define MICROPY_ERROR_REPORTING                 (MICROPY_ERROR_REPORTING_TERSE)
#define MICROPY_ENABLE_SOURCE_LINE              (1)
#define MICROPY_ENABLE_DOC_STRING               (0)
#define MICROPY_PERSISTENT_CODE_LOAD            (1)
#define MICROPY_READER_VFS                      (1)
#define MICROPY_ALLOC_PATH_MAX                  (128)
// The table of fixed strings stores no hashes; they are computed where one is needed.
#define MICROPY_QSTR_BYTES_IN_HASH              (0)

// Memory: a collected heap that never moves under an interrupt, and a checked C stack.
#define MICROPY_ENABLE_GC                       (1)
#define MICROPY_GC_STACK_ENTRY_TYPE             uint16_t
#define MICROPY_ENABLE_FINALISER                (1)
#define MICROPY_STACK_CHECK                     (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF  (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE    (0)

// Compiler: size before speed.
#define MICROPY_OPT_COMPUTED_GOTO               (0)
#define MICROPY_OPT_MAP_LOOKUP_CACHE            (1)
#define MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE       (64)
#define MICROPY_COMP_CONST_LITERAL              (0)
#define MICROPY_COMP_MODULE_CONST               (0) // errno.EIO and its kind are looked up at run time
#define MICROPY_COMP_TRIPLE_TUPLE_ASSIGN        (0)
#define MICROPY_PY_ASYNC_AWAIT                  (1)
#define MICROPY_PY_FSTRINGS                     (1)

// The prompt.
#define MICROPY_HELPER_REPL                     (1)
#define MICROPY_HAL_HAS_VT100                   (0) // ours, without printf: mphalport.c
#define MICROPY_REPL_AUTO_INDENT                (1)
#define MICROPY_REPL_EMACS_KEYS                 (1)
#define MICROPY_KBD_EXCEPTION                   (1)
#define MICROPY_PY_BUILTINS_HELP                (1)
#define MICROPY_PY_BUILTINS_HELP_TEXT           cc3200_help_text
#define MICROPY_PY_BUILTINS_HELP_MODULES        (1)

// Interrupt handlers in Python run through the scheduler.
#define MICROPY_ENABLE_SCHEDULER                (1)
#define MICROPY_SCHEDULER_DEPTH                 (8)
void event_signal(void);
#define MICROPY_SCHED_HOOK_SCHEDULED            event_signal() // a task that waits runs them
#define MICROPY_SCHEDULER_STATIC_NODES          (1)

// Builtins.
#define MICROPY_CPYTHON_COMPAT                  (1)
#define MICROPY_CAN_OVERRIDE_BUILTINS           (1)
#define MICROPY_MODULE_BUILTIN_INIT             (1)
#define MICROPY_MODULE_ATTR_DELEGATION          (1)
#define MICROPY_PY_ALL_SPECIAL_METHODS          (1)
#define MICROPY_PY_ARRAY_SLICE_ASSIGN           (1)
#define MICROPY_PY_BUILTINS_BYTES_HEX           (1)
#define MICROPY_PY_BUILTINS_EXECFILE            (1)
#define MICROPY_PY_BUILTINS_FROZENSET           (1)
#define MICROPY_PY_BUILTINS_INPUT               (1)
#define MICROPY_PY_BUILTINS_MEMORYVIEW          (1)
#define MICROPY_PY_BUILTINS_STR_SPLITLINES      (1)
#define MICROPY_PY_BUILTINS_STR_UNICODE         (1)
#define MICROPY_PY_COLLECTIONS_ORDEREDDICT      (1)

// Modules.
#define MICROPY_PY_IO_IOBASE                    (1)
#define MICROPY_PY_SYS_PLATFORM                 MICROPY_HW_BOARD_NAME
#define MICROPY_PY_SYS_MAXSIZE                  (1)
#define MICROPY_PY_SYS_EXIT                     (1)
#define MICROPY_PY_SYS_STDFILES                 (1)
#define MICROPY_PY_SYS_STDIO_BUFFER             (1)
#define MICROPY_PY_THREAD                       (1)
#define MICROPY_PY_THREAD_GIL                   (1)
#define MICROPY_PY_TIME                         (1)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS            (1)
#define MICROPY_PY_TIME_INCLUDEFILE             "bindings/modtime.h"
#define MICROPY_PY_BINASCII                     (1)
#define MICROPY_PY_ERRNO                        (1)
#define MICROPY_PY_ERRNO_ERRORCODE              (0)
#define MICROPY_USE_INTERNAL_ERRNO              (1)
#define MICROPY_PY_JSON                         (1)
#define MICROPY_PY_RE                           (1)
#define MICROPY_PY_RE_SUB                       (1)
#define MICROPY_PY_SELECT                       (1)
#define MICROPY_STREAMS_NON_BLOCK               (1)

// Files and consoles.
#define MICROPY_VFS                             (1)
#define MICROPY_VFS_FAT                         (1)
#define MICROPY_FATFS_REENTRANT                 (1) // storage/flash_lock.c
#define MICROPY_FATFS_SYNC_T                    void *
#define MICROPY_FATFS_RPATH                     (2)
#define MICROPY_FATFS_LFN_CODE_PAGE             437
#define MICROPY_FATFS_ENABLE_LFN                (2)
#define MICROPY_FATFS_MAX_LFN                   (MICROPY_ALLOC_PATH_MAX)
#define MICROPY_PY_OS                           (0) // bindings/modos.c
#define mp_builtin___import__                   mp_builtin___import___checked // bindings/vfs_drives.c
#define MICROPY_PY_VFS                          (0) // bindings/modos.c
#define MICROPY_PY_OS_DUPTERM                   (1)
#define MICROPY_PY_OS_DUPTERM_BUILTIN_STREAM    (1)

#define MICROPY_PY_MACHINE                      (1)
#define MICROPY_PY_MACHINE_SIGNAL               (0)
#define MICROPY_PY_MACHINE_INCLUDEFILE          "bindings/modmachine.h"
#define MICROPY_PY_MACHINE_RESET                (1)
#define MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ (1)
#define MICROPY_PY_MACHINE_UART                 (1)
#define MICROPY_PY_MACHINE_UART_SENDBREAK       (1)
#define MICROPY_PY_MACHINE_UART_INCLUDEFILE     "bindings/machine_uart.h"

#define MP_STATE_PORT                           MP_STATE_VM

// Types and shims of the core.
typedef int32_t mp_int_t;
typedef uint32_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX                            (0x7fffffff)
#define UINT_FMT                                "%lu"
#define INT_FMT                                 "%ld"
#define MICROPY_MAKE_POINTER_CALLABLE(p)        ((void *)((uintptr_t)(p) | 1))
