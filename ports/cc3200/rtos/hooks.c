// What the kernel asks of the application, and what a fault dump asks of the kernel.

#include "FreeRTOS.h"
#include "task.h"

#include "chip/fault.h"
#include "chip/memory.h"

static StackType_t idle_stack[configMINIMAL_STACK_SIZE] STACK_SECTION;
static StaticTask_t idle_task LOW_RAM;

void vApplicationGetIdleTaskMemory(StaticTask_t **control, StackType_t **stack, uint32_t *words);
void vApplicationGetIdleTaskMemory(StaticTask_t **control, StackType_t **stack, uint32_t *words) {
    *control = &idle_task;
    *stack = idle_stack;
    *words = configMINIMAL_STACK_SIZE;
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name);
void vApplicationStackOverflowHook(TaskHandle_t task, char *name) {
    (void)task;
    fault_stop("stack overflow", name);
}

// The kernel's own view of a task that overran its stack may be damaged: the name is all that is read.
const char *fault_task_name(void) {
    return xTaskGetSchedulerState() != taskSCHEDULER_NOT_STARTED ? pcTaskGetName(NULL) : "none";
}
