#include "frame.h"

static uint16_t checksum_step(uint16_t reg, uint8_t byte)
{
    reg = (uint16_t)(reg ^ ((uint16_t)byte << 8));
    for (unsigned bit = 0; bit < 8u; bit++) {
        const bool carry = (reg & 0x8000u) != 0u;
        reg = (uint16_t)(reg << 1);
        if (carry) {
            reg = (uint16_t)(reg ^ 0x1021u);
        }
    }
    return reg;
}

uint16_t frame_checksum(const uint8_t *bytes, size_t count)
{
    uint16_t reg = 0xFFFFu;
    for (size_t at = 0; at < count; at++) {
        reg = checksum_step(reg, bytes[at]);
    }
    return (uint16_t)(reg ^ 0xFFFFu);
}

void frame_parser_reset(struct frame_parser *parser)
{
    parser->count = 0;
}

/* Unstuff in place; the content is one byte shorter than the chunk. 0 if nothing was stuffed so. */
static size_t unstuff(uint8_t *chunk, size_t count)
{
    size_t from = 0;
    size_t to = 0;
    while (from < count) {
        const size_t end = from + chunk[from];
        if (end > count) {
            return 0;
        }
        for (from++; from < end; from++) {
            chunk[to++] = chunk[from];
        }
        if (from < count) {
            chunk[to++] = 0;
        }
    }
    return to;
}

size_t frame_parser_feed(struct frame_parser *parser, uint8_t byte)
{
    if (byte != 0) {
        if (parser->count < FRAME_MOST_CHUNK) {
            parser->chunk[parser->count] = byte;
        }
        if (parser->count <= FRAME_MOST_CHUNK) {
            parser->count++;
        }
        return 0;
    }
    const size_t stuffed = parser->count;
    parser->count = 0;
    if (stuffed > FRAME_MOST_CHUNK) {
        return 0;
    }
    const size_t count = unstuff(parser->chunk, stuffed);
    if (count < FRAME_LEAST_CONTENT) {
        return 0;
    }
    const size_t checked = count - FRAME_CHECKSUM_BYTES;
    const unsigned sent = (unsigned)parser->chunk[checked] << 8 | parser->chunk[checked + 1u];
    return frame_checksum(parser->chunk, checked) == sent ? count : 0;
}

size_t frame_make(uint8_t *frame, const uint8_t *content, size_t count)
{
    const uint16_t checksum = frame_checksum(content, count);
    size_t code_at = 1;
    size_t end = 2;
    frame[0] = 0;
    for (size_t at = 0; at < count + FRAME_CHECKSUM_BYTES; at++) {
        uint8_t byte;
        if (at < count) {
            byte = content[at];
        } else {
            byte = (uint8_t)(at == count ? checksum >> 8 : checksum & 0xFFu);
        }
        if (byte == 0) {
            frame[code_at] = (uint8_t)(end - code_at);
            code_at = end;
            end++;
        } else {
            frame[end++] = byte;
        }
    }
    frame[code_at] = (uint8_t)(end - code_at);
    frame[end++] = 0;
    return end;
}
