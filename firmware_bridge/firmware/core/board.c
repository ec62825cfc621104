#include "board.h"

#include <string.h>

#include "board_hal.h"

#define FROM_BOARD 0x80u
#define MOST_AHEAD 128u
#define HEADER_BYTES 2u
#define MOST_BODY (FRAME_MOST_CONTENT - HEADER_BYTES - FRAME_CHECKSUM_BYTES)
#define GREETING_BYTES 4u
#define SESSION_BYTES 2u

enum kind {
    KIND_HELLO = 0x01,
    KIND_PING = 0x02,
    KIND_SET_LIGHTS = 0x03,
    KIND_SET_LAMPS = 0x04,
    KIND_SOUND = 0x05,
    KIND_HEARD = 0x06,
    KIND_ACK = 0x81,
    KIND_WELCOME = 0x82,
    KIND_REFUSAL = 0x83,
    KIND_EVENT = 0x84
};

enum status {
    STATUS_OK,
    STATUS_UNKNOWN,
    STATUS_MALFORMED,
    STATUS_RANGE,
    STATUS_UNGREETED,
    STATUS_STALE,
    STATUS_HOT
};

enum condition {
    CONDITION_PEDAL_PRESSED = 1,
    CONDITION_TOO_HOT = 2,
    CONDITION_RESTARTED = 4,
    CONDITION_SILENCE = 8,
    CONDITION_BROWN_OUT = 16
};

/* A checked content, taken apart. */
struct message {
    uint8_t kind;
    uint8_t sequence;
    const uint8_t *body;
    size_t count;
};

static uint16_t word_at(const uint8_t *bytes)
{
    return (uint16_t)((unsigned)bytes[0] << 8 | bytes[1]);
}

static size_t put_word(uint8_t *bytes, uint16_t word)
{
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)(word & 0xFFu);
    return 2;
}

static void send_frame(uint8_t kind, uint8_t sequence, const uint8_t *body, size_t count)
{
    uint8_t content[HEADER_BYTES + MOST_BODY];
    uint8_t frame[FRAME_MOST_BYTES];
    content[0] = kind;
    content[1] = sequence;
    memcpy(content + HEADER_BYTES, body, count);
    board_hal_write(frame, frame_make(frame, content, HEADER_BYTES + count));
}

static void send_ack(const struct board *board, uint8_t sequence, uint8_t status)
{
    uint8_t body[3];
    body[0] = status;
    put_word(body + 1, outputs_settle_ms(&board->outputs, board_hal_millis()));
    send_frame(KIND_ACK, sequence, body, sizeof body);
}

static void send_refusal(const struct message *hello)
{
    uint8_t body[GREETING_BYTES];
    memcpy(body, hello->body, SESSION_BYTES);
    body[2] = BOARD_MAJOR;
    body[3] = BOARD_MINOR;
    send_frame(KIND_REFUSAL, hello->sequence, body, sizeof body);
}

static void send_welcome(const struct board *board, const struct message *hello)
{
    const struct board_config *config = board->config;
    const uint8_t minor = hello->body[3];
    uint8_t body[MOST_BODY];
    size_t count = SESSION_BYTES;
    memcpy(body, hello->body, SESSION_BYTES);
    body[count++] = BOARD_MAJOR;
    body[count++] = minor > BOARD_MINOR ? BOARD_MINOR : minor;
    memcpy(body + count, config->firmware, sizeof config->firmware);
    count += sizeof config->firmware;
    body[count++] = (uint8_t)((board->pedal ? CONDITION_PEDAL_PRESSED : 0)
                              | (board->hot ? CONDITION_TOO_HOT : 0) | board->since_greeting);
    count += put_word(body + count, config->safe_permille);
    body[count++] = config->channels;
    for (uint8_t channel = 0; channel < config->channels; channel++) {
        count += put_word(body + count, config->settle_ms[channel]);
    }
    for (size_t at = 0; at < BOARD_MOST_SERIAL && config->serial[at] != '\0'; at++) {
        body[count++] = (uint8_t)config->serial[at];
    }
    send_frame(KIND_WELCOME, hello->sequence, body, count);
}

static void send_event(const struct board *board, const struct event *event)
{
    uint8_t body[3];
    put_word(body, board->session);
    body[2] = event->what;
    send_frame(KIND_EVENT, event->sequence, body, sizeof body);
}

static void remember(struct board *board, const uint8_t *content, size_t count, uint8_t status)
{
    memcpy(board->done, content, count);
    board->done_count = count;
    board->done_status = status;
}

static bool is_done(const struct board *board, const uint8_t *content, size_t count)
{
    return board->done_count == count && memcmp(board->done, content, count) == 0;
}

static uint8_t happened_since_greeting(const struct board *board)
{
    const bool silence = board->silence_due || events_hold(&board->events, EVENT_SILENCE);
    const bool brown_out = board->brown_out_due || events_hold(&board->events, EVENT_BROWN_OUT);
    return (uint8_t)((board->restarted ? CONDITION_RESTARTED : 0)
                     | (silence ? CONDITION_SILENCE : 0) | (brown_out ? CONDITION_BROWN_OUT : 0));
}

static void greet(struct board *board, const struct message *hello)
{
    board->since_greeting = happened_since_greeting(board);
    board->greeted = true;
    board->restarted = false;
    board->silence_due = false;
    board->brown_out_due = false;
    board->session = word_at(hello->body);
    board->pedal_told = board->pedal;
    board->hot_told = board->hot;
    events_clear(&board->events);
}

static uint8_t set_lights(struct board *board, const struct message *message)
{
    uint16_t permille[BOARD_MOST_CHANNELS];
    if (message->count % 2u != 0) {
        return STATUS_MALFORMED;
    }
    if (message->count != 2u * (size_t)board->config->channels) {
        return STATUS_RANGE;
    }
    for (size_t channel = 0; channel < board->config->channels; channel++) {
        permille[channel] = word_at(message->body + 2u * channel);
        if (permille[channel] > BOARD_FULL_PERMILLE) {
            return STATUS_RANGE;
        }
    }
    if (board->hot) {
        return STATUS_HOT;
    }
    outputs_set_lights(&board->outputs, permille, board_hal_millis());
    return STATUS_OK;
}

static uint8_t set_lamps(struct board *board, const struct message *message)
{
    if (message->count != BOARD_LAMPS) {
        return STATUS_MALFORMED;
    }
    for (size_t lamp = 0; lamp < BOARD_LAMPS; lamp++) {
        if (message->body[lamp] >= LAMP_MODES) {
            return STATUS_RANGE;
        }
    }
    outputs_set_lamps(&board->outputs, message->body, board_hal_millis());
    return STATUS_OK;
}

static uint8_t play(struct board *board, const struct message *message)
{
    if (message->count != 1) {
        return STATUS_MALFORMED;
    }
    if (message->body[0] >= SOUND_PATTERNS) {
        return STATUS_RANGE;
    }
    outputs_sound(&board->outputs, message->body[0], board_hal_millis());
    return STATUS_OK;
}

static uint8_t obey(struct board *board, const struct message *message)
{
    switch (message->kind) {
    case KIND_PING:
        return message->count == 0 ? STATUS_OK : STATUS_MALFORMED;
    case KIND_SET_LIGHTS:
        return set_lights(board, message);
    case KIND_SET_LAMPS:
        return set_lamps(board, message);
    case KIND_SOUND:
        return play(board, message);
    default:
        return STATUS_UNKNOWN;
    }
}

static void take_hello(struct board *board, const struct message *hello, const uint8_t *content,
                       size_t count)
{
    if (hello->count != GREETING_BYTES) {
        send_ack(board, hello->sequence, STATUS_MALFORMED);
        return;
    }
    if (hello->body[2] != BOARD_MAJOR) {
        send_refusal(hello);
        return;
    }
    if (!board->greeted || !is_done(board, content, count)) {
        greet(board, hello);
        remember(board, content, count, STATUS_OK);
    }
    send_welcome(board, hello);
}

static void take_command(struct board *board, const struct message *message,
                         const uint8_t *content, size_t count)
{
    if (!board->greeted) {
        send_ack(board, message->sequence, STATUS_UNGREETED);
        return;
    }
    if (!is_done(board, content, count)) {
        const uint8_t ahead = (uint8_t)(message->sequence - board->done[1]);
        if (ahead == 0 || ahead > MOST_AHEAD) {
            send_ack(board, message->sequence, STATUS_STALE);
            return;
        }
        remember(board, content, count, obey(board, message));
    }
    send_ack(board, message->sequence, board->done_status);
}

static void take(struct board *board, const uint8_t *content, size_t count)
{
    const struct message message = {content[0], content[1], content + HEADER_BYTES,
                                    count - HEADER_BYTES - FRAME_CHECKSUM_BYTES};
    if ((message.kind & FROM_BOARD) != 0) {
        return; /* an echo */
    }
    board->heard_at = board_hal_millis();
    if (board->silent) {
        board->silent = false;
        board->silence_due = true;
        board->pedal_told = true; /* a press in the silence is void, a release is told */
    }
    if (message.kind == KIND_HELLO) {
        take_hello(board, &message, content, count);
    } else if (message.kind != KIND_HEARD) {
        take_command(board, &message, content, count);
    } else if (message.count == SESSION_BYTES && word_at(message.body) == board->session) {
        events_confirm(&board->events, message.sequence);
    }
}

static void check_silence(struct board *board)
{
    const uint32_t now = board_hal_millis();
    if (!board->greeted || board->silent || now - board->heard_at < BOARD_SILENCE_MS) {
        return;
    }
    board->silent = true;
    outputs_safe_lights(&board->outputs, now);
    outputs_silence(&board->outputs, now);
    events_forget_pedal(&board->events);
}

static void check_pedal(struct board *board)
{
    const uint32_t now = board_hal_millis();
    const bool closed = board_hal_pedal_closed();
    if (closed != board->contact) {
        board->contact = closed;
        board->contact_since = now;
    }
    if (board->contact != board->pedal && now - board->contact_since >= BOARD_DEBOUNCE_MS) {
        board->pedal = board->contact;
    }
}

/* Put what has happened into the queue, as far as it has room. */
static void queue_events(struct board *board)
{
    struct event_queue *events = &board->events;
    if (board->silence_due && events_push(events, EVENT_SILENCE)) {
        board->silence_due = false;
    }
    if (board->brown_out_due && events_push(events, EVENT_BROWN_OUT)) {
        board->brown_out_due = false;
    }
    if (board->hot != board->hot_told
        && events_push(events, board->hot ? EVENT_TOO_HOT : EVENT_COOLED)) {
        board->hot_told = board->hot;
    }
    if (board->pedal != board->pedal_told
        && events_push(events, board->pedal ? EVENT_PEDAL_PRESSED : EVENT_PEDAL_RELEASED)) {
        board->pedal_told = board->pedal;
    }
}

void board_start(struct board *board, const struct board_config *config)
{
    const uint32_t now = board_hal_millis();
    memset(board, 0, sizeof *board);
    board->config = config;
    board->restarted = true;
    board->contact = board_hal_pedal_closed();
    board->contact_since = now;
    board->pedal = board->contact;
    events_clear(&board->events);
    frame_parser_reset(&board->parser);
    outputs_start(&board->outputs, config->settle_ms, config->channels, config->safe_permille, now);
}

void board_receive(struct board *board, const uint8_t *bytes, size_t count)
{
    check_silence(board);
    for (size_t at = 0; at < count; at++) {
        const size_t content = frame_parser_feed(&board->parser, bytes[at]);
        if (content > 0) {
            take(board, board->parser.chunk, content);
        }
    }
}

void board_tick(struct board *board)
{
    const uint32_t now = board_hal_millis();
    check_silence(board);
    check_pedal(board);
    outputs_tick(&board->outputs, now);
    if (!board->greeted || board->silent) {
        return;
    }
    queue_events(board);
    const struct event *event = events_due(&board->events, now);
    if (event != NULL) {
        send_event(board, event);
    }
}

void board_brown_out(struct board *board)
{
    board->brown_out_due = true;
    outputs_safe_lights(&board->outputs, board_hal_millis());
}

void board_set_hot(struct board *board, bool hot)
{
    board->hot = hot;
    if (hot) {
        outputs_safe_lights(&board->outputs, board_hal_millis());
    }
}
