#include "events.h"

#include <stddef.h>

void events_clear(struct event_queue *queue)
{
    queue->count = 0;
    queue->next_sequence = 1;
    queue->sent = false;
}

bool events_push(struct event_queue *queue, uint8_t what)
{
    if (queue->count == EVENTS_MOST) {
        return false;
    }
    queue->waiting[queue->count].sequence = queue->next_sequence++;
    queue->waiting[queue->count].what = what;
    queue->count++;
    return true;
}

const struct event *events_due(struct event_queue *queue, uint32_t now)
{
    if (queue->count == 0 || (queue->sent && now - queue->sent_at < EVENTS_RESEND_MS)) {
        return NULL;
    }
    queue->sent = true;
    queue->sent_at = now;
    return &queue->waiting[0];
}

void events_confirm(struct event_queue *queue, uint8_t sequence)
{
    if (queue->count == 0 || queue->waiting[0].sequence != sequence) {
        return;
    }
    queue->count--;
    for (uint8_t at = 0; at < queue->count; at++) {
        queue->waiting[at] = queue->waiting[at + 1u];
    }
    queue->sent = false;
}

void events_forget_pedal(struct event_queue *queue)
{
    uint8_t kept = 0;
    for (uint8_t at = 0; at < queue->count; at++) {
        const uint8_t what = queue->waiting[at].what;
        if (what != EVENT_PEDAL_PRESSED && what != EVENT_PEDAL_RELEASED) {
            queue->waiting[kept++] = queue->waiting[at];
        }
    }
    queue->count = kept;
    queue->sent = false;
}

bool events_hold(const struct event_queue *queue, uint8_t what)
{
    for (uint8_t at = 0; at < queue->count; at++) {
        if (queue->waiting[at].what == what) {
            return true;
        }
    }
    return false;
}
