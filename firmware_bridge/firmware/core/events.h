/*
 * Events that wait for the computer to confirm them, in the order of their happening.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#define EVENTS_MOST 8u
#define EVENTS_RESEND_MS 200u

enum event_what {
    EVENT_PEDAL_PRESSED = 1,
    EVENT_PEDAL_RELEASED,
    EVENT_SILENCE,
    EVENT_BROWN_OUT,
    EVENT_TOO_HOT,
    EVENT_COOLED
};

struct event {
    uint8_t sequence;
    uint8_t what;
};

struct event_queue {
    struct event waiting[EVENTS_MOST];
    uint8_t count;
    uint8_t next_sequence;
    bool sent;
    uint32_t sent_at;
};

/* Forget everything and number from 1. */
void events_clear(struct event_queue *queue);

/* Add an event; false, and nothing added, if there is no room. */
bool events_push(struct event_queue *queue, uint8_t what);

/* The event to send now, first or again; NULL if none is due. */
const struct event *events_due(struct event_queue *queue, uint32_t now);

/* The computer has the event of this sequence. */
void events_confirm(struct event_queue *queue, uint8_t sequence);

/* Forget what the foot switch did. */
void events_forget_pedal(struct event_queue *queue);

bool events_hold(const struct event_queue *queue, uint8_t what);

#endif
