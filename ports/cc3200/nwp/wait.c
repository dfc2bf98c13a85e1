// The task that waits for sockets (see wait.h).

#include "nwp/wait.h"

#include "FreeRTOS.h"
#include "task.h"

#include "chip/memory.h"
#include "chip/random.h"
#include "nwp/processor.h"

// How long one wait may take: nothing ends a select, and what is asked of the task meanwhile is seen when it is over.
#define LONGEST_WAIT_MS 250u

static StackType_t servers_stack[SERVERS_STACK_BYTES / sizeof(StackType_t)] STACK_SECTION;
static StaticTask_t control LOW_RAM;

static struct {
    TaskHandle_t task;
    const wait_client_t *const *clients;
    uint8_t count;
    volatile bool suspended; // the network processor is about to restart
    volatile bool asked;     // somebody waits until the clients were asked
    volatile uint8_t looking; // how many other tasks are in a select
} wait LOW_RAM;

// One turn: ask what to wait for, wait, and let each client move on.
static void turn(void) {
    while (wait.looking > 0) {
        vTaskDelay(1);
    }
    bool usable = !wait.suspended && processor_role() >= 0;
    tcp_interest_t interest = {0, 0};
    uint32_t longest_ms = WAIT_FOREVER_MS;
    for (unsigned index = 0; index < wait.count; index++) {
        uint32_t limit_ms = wait.clients[index]->prepare(usable, &interest, xTaskGetTickCount());
        longest_ms = limit_ms < longest_ms ? limit_ms : longest_ms;
    }
    wait.asked = false;
    if ((interest.receive | interest.send) == 0) {
        ulTaskNotifyTake(pdTRUE, longest_ms);
        return;
    }
    if (!tcp_wait(&interest, longest_ms < LONGEST_WAIT_MS ? longest_ms : LONGEST_WAIT_MS)) {
        // A socket was closed under the wait, or the network processor forgot all of them: whoever is concerned
        // finds out by trying.
        interest.receive = interest.send = UINT32_MAX;
        vTaskDelay(1);
    }
    random_stir_time(); // when a peer's data came, most often
    for (unsigned index = 0; index < wait.count; index++) {
        wait.clients[index]->serve(&interest, xTaskGetTickCount());
    }
}

__attribute__((noreturn)) static void run(void *unused) {
    (void)unused;
    for (;;) {
        turn();
    }
}

BOOT_CODE
void wait_init(const wait_client_t *const *clients, unsigned count) {
    wait.clients = clients;
    wait.count = (uint8_t)count;
    wait.task = xTaskCreateStatic(run, "Servers", sizeof(servers_stack) / sizeof(servers_stack[0]), NULL,
        SERVERS_PRIORITY, servers_stack, &control);
}

void wait_wake(void) {
    xTaskNotifyGive(wait.task);
}

void wait_apply(void) {
    wait.asked = true;
    wait_wake();
    while (wait.asked) {
        vTaskDelay(1);
    }
}

void wait_suspend(void) {
    wait.suspended = true;
    wait_apply();
}

void wait_resume(void) {
    wait.suspended = false;
    wait_apply();
}

static void note_looking(int change) {
    taskENTER_CRITICAL();
    wait.looking = (uint8_t)(wait.looking + change);
    taskEXIT_CRITICAL();
}

bool wait_look(tcp_interest_t *interest) {
    note_looking(1);
    bool told = tcp_wait(interest, 0);
    note_looking(-1);
    return told;
}
