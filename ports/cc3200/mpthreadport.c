// The _thread port: a list of tasks with the interpreter's own at its head.
#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"

#include "rtos/event.h"
#include "chip/memory.h"

#define DEFAULT_STACK_BYTES (5120)
#define MINIMUM_STACK_BYTES (2560)

// How long a soft reset waits for threads to end by themselves.
#define LEAVE_MS (500)
#define LEAVE_STEP_MS (5)

typedef struct _thread_t {
    union {
        struct _thread_t *next;
        event_listener_t listener; // its task is NULL when the thread has finished
    };
    StackType_t *stack;
    size_t stack_words;
    void *arg;
    StaticTask_t control;
} thread_t;
_Static_assert(offsetof(event_listener_t, next) == 0, "one list");

// The list changes under the interpreter lock, or in the idle task, which runs only while no thread can be walking it.
// Interrupt handlers may read it any time: every change is one store.
static thread_t main_thread LOW_RAM;
static void *(*thread_entry)(void *);

StaticTask_t *mp_thread_main_task(void) {
    return &main_thread.control;
}

void mp_thread_init(void *stack_base, size_t stack_bytes) {
    mp_thread_set_state(&mp_state_ctx.thread);
    main_thread.next = NULL;
    main_thread.stack = stack_base;
    main_thread.stack_words = stack_bytes / sizeof(StackType_t);
    main_thread.listener.task = xTaskGetCurrentTaskHandle();
    event_init(&main_thread.listener);
}

ONE_COPY void mp_thread_release_interpreter(void) {
    MP_THREAD_GIL_EXIT();
}

ONE_COPY void mp_thread_take_interpreter(void) {
    MP_THREAD_GIL_ENTER();
}

// Called by the kernel, in the idle task, when it has let go of a task that ended.
void mp_thread_task_gone(void *control) {
    for (thread_t *thread = &main_thread; thread->next; thread = thread->next) {
        if (&thread->next->control == control) {
            thread->next = thread->next->next;
            return;
        }
    }
}

// Whether a task waits where no thread holds anything: for the interpreter, or for a lock of a program's, which is on the heap.
// All others are the port's and the host driver's, and static.
static bool may_be_deleted(TaskHandle_t task) {
    const sync_t *awaited = sync_awaited(task);
    return awaited == &MP_STATE_VM(gil_mutex).given || (const uint8_t *)awaited >= MP_STATE_MEM(area).gc_pool_start;
}

// Asks every thread to leave. True: all that are left may be deleted.
static bool ask_to_leave(mp_obj_t leave) {
    bool all = true;
    for (thread_t *thread = main_thread.next; thread; thread = thread->next) {
        TaskHandle_t task = thread->listener.task;
        mp_state_thread_t *state = task ? pvTaskGetThreadLocalStoragePointer(task, 0) : NULL;
        if (state) {
            state->mp_pending_exception = leave;
        }
        all &= task != NULL && may_be_deleted(task); // one that has finished is about to go
    }
    event_signal();
    return all;
}

// A thread that does not leave by itself gets no more turns, and is deleted where it holds nothing: all calls that it can be
// in end by themselves, at the interpreter's lock.
void mp_thread_deinit(void) {
    mp_obj_t leave = mp_obj_new_exception(&mp_type_SystemExit);
    for (unsigned waited = 0; !ask_to_leave(leave) || (main_thread.next && waited < LEAVE_MS);
        waited += LEAVE_STEP_MS) {
        bool turns = waited < LEAVE_MS;
        if (turns) {
            mp_thread_release_interpreter();
        }
        vTaskDelay(LEAVE_STEP_MS);
        if (turns) {
            mp_thread_take_interpreter();
        }
    }
    while (main_thread.next) {
        thread_t *thread = main_thread.next;
        main_thread.next = thread->next;
        sync_forget(thread->listener.task);
        vTaskDelete(thread->listener.task);
    }
}

void mp_thread_gc_others(void) {
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    for (thread_t *thread = &main_thread; thread; thread = thread->next) {
        gc_collect_root((void **)&thread, 1); // and with it the stack and arguments it refers to
    }
    if (main_thread.listener.task != self) {
        gc_collect_root((void **)main_thread.stack, main_thread.stack_words);
    }
}

mp_uint_t mp_thread_get_id(void) {
    return (uintptr_t)xTaskGetCurrentTaskHandle();
}

// The interpreter's state of a task is in the first of the words that the kernel keeps for it.
void mp_thread_set_state(mp_state_thread_t *state) {
    vTaskSetThreadLocalStoragePointer(NULL, 0, state);
}

mp_state_thread_t *mp_thread_get_state(void) {
    return pvTaskGetThreadLocalStoragePointer(NULL, 0);
}

static void task_entry(void *arg) {
    thread_entry(arg);
    vTaskDelete(NULL);
}

mp_uint_t mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size) {
    thread_entry = entry;
    // Let the idle task free threads that ended.
    for (thread_t *thread = main_thread.next; thread; thread = thread->next) {
        if (!thread->listener.task) {
            mp_thread_release_interpreter();
            vTaskDelay(1);
            mp_thread_take_interpreter();
            break;
        }
    }
    size_t bytes = *stack_size ? MAX(*stack_size, MINIMUM_STACK_BYTES) : DEFAULT_STACK_BYTES;

    thread_t *thread = m_new0(thread_t, 1);
    thread->stack_words = bytes / sizeof(StackType_t);
    thread->stack = m_new(StackType_t, thread->stack_words);
    thread->arg = arg;

    // The caller holds the interpreter lock: the new task, which may run at once, stops at it before it runs any Python, but
    // not before it has looked how much stack is Python's.
    *stack_size = PYTHON_STACK_BYTES(bytes);
    TaskHandle_t task = xTaskCreateStatic(
        task_entry, "Thread", thread->stack_words, arg, INTERPRETER_PRIORITY, thread->stack, &thread->control);
    thread->listener.task = task;
    thread->next = main_thread.next;
    main_thread.next = thread;
    return (mp_uint_t)task;
}

void mp_thread_start(void) {
}

// The thread stays in the list, and so keeps its stack, until the kernel calls mp_thread_task_gone().
void mp_thread_finish(void) {
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    for (thread_t *thread = main_thread.next; thread; thread = thread->next) {
        if (thread->listener.task == self) {
            thread->listener.task = NULL;
        }
    }
}

void mp_thread_mutex_init(mp_thread_mutex_t *mutex) {
    mutex->given = SYNC_GIVEN;
}

// In an interrupt handler there is nothing to wait for and nobody to hand over to.
int mp_thread_mutex_lock(mp_thread_mutex_t *mutex, int wait) {
    return !event_may_block() || sync_take(&mutex->given, wait);
}

void mp_thread_mutex_unlock(mp_thread_mutex_t *mutex) {
    if (event_may_block()) {
        sync_give(&mutex->given);
    }
}
