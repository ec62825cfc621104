/*
 * What the core asks of the microcontroller. A port defines these six functions; none may block.
 */
#ifndef BOARD_HAL_H
#define BOARD_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds since power-up; wraps around after 2^32. */
uint32_t board_hal_millis(void);

/* Drive light channel `channel` (0 is channel 1) at `permille` of its full level. */
void board_hal_set_light(uint8_t channel, uint16_t permille);

/* Light lamp `lamp`, in the order of PROTOCOL.md, or put it out. */
void board_hal_set_lamp(uint8_t lamp, bool lit);

/* Sound the sounder or stop it. */
void board_hal_set_sounder(bool sounding);

/* Whether the contact of the foot switch is closed right now, bounces included. */
bool board_hal_pedal_closed(void);

/* Send `count` bytes to the computer. What does not fit is dropped: the core sends it again. */
void board_hal_write(const uint8_t *bytes, size_t count);

#endif
