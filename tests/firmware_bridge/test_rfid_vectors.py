"""Every captured frame of a tag reader means what it should, and is made from that meaning."""

from typing import Any

import pytest
from rfid import KINDS, Kind, Said, Sent, Talk

from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.families.index import family

SENT = [(kind, sent) for kind in KINDS for sent in kind.sent]
SAID = [(kind, said) for kind in KINDS for said in kind.said]
REFUSED = [(kind, captured) for kind in KINDS for captured in kind.refused]
TALKS = [(kind, talk) for kind in KINDS for talk in kind.talks]


def ids(pair: Any) -> str:
    match pair:
        case Kind():
            return pair.name
        case Sent() | Said():
            return pair.captured[:20].replace(" ", "")
        case Talk():
            return pair.command[:20].replace(" ", "")
        case _:
            return str(pair)[:20].replace(" ", "")


@pytest.mark.parametrize(("kind", "sent"), SENT, ids=ids)
def test_a_command_is_made_and_read_byte_for_byte(kind: Kind, sent: Sent) -> None:
    captured = bytes.fromhex(sent.captured)
    (meaning,) = (kind.family.decode_sent or kind.family.decode)(captured)

    assert sent.made == captured
    assert meaning["raw"] == captured.hex().upper()
    assert meaning["from"] == "computer"
    assert {key: meaning.get(key) for key in sent.said} == sent.said
    assert (meaning["damaged"], meaning["name"]) == (False, sent.name)


@pytest.mark.parametrize(("kind", "said"), SAID, ids=ids)
def test_an_answer_is_read_and_made_again_byte_for_byte(kind: Kind, said: Said) -> None:
    captured = bytes.fromhex(said.captured)
    meaning, *more = kind.family.decode(captured)

    assert {part["raw"] for part in (meaning, *more)} == {captured.hex().upper()}
    assert [part["epc"] for part in more] == [*said.more]
    assert meaning["from"] == "reader"
    assert {key: meaning.get(key) for key in said.said} == said.said
    assert (meaning["damaged"], meaning["name"]) == (False, said.name)


@pytest.mark.parametrize(("kind", "captured"), REFUSED, ids=ids)
def test_a_wrong_checksum_or_body_is_damage(kind: Kind, captured: str) -> None:
    content = bytes.fromhex(captured)
    (meaning,) = kind.family.decode(content)

    assert meaning["damaged"]
    assert meaning["reason"] in ("checksum", "content", "end")


@pytest.mark.parametrize(("kind", "talk"), TALKS, ids=ids)
def test_an_imitation_answers_as_the_captured_reader_did(kind: Kind, talk: Talk) -> None:
    reader = kind.imitation(*talk.deeds)
    reader.plugged(10.0)
    answers = reader.hear(bytes.fromhex(talk.command), 10.0)
    answers += reader.tick(11.0)

    assert [answer.hex(" ").upper() for answer in answers[: len(talk.answers)]] == [*talk.answers]


@pytest.mark.parametrize("kind", KINDS, ids=ids)
def test_every_captured_frame_is_also_read_without_knowing_who_sent_it(kind: Kind) -> None:
    for sent in kind.sent:
        (meaning,) = kind.family.decode(bytes.fromhex(sent.captured))
        assert not meaning["damaged"], sent.captured


@pytest.mark.parametrize("kind", KINDS, ids=ids)
def test_the_frames_of_a_whole_conversation_come_apart(kind: Kind) -> None:
    content = bytes.fromhex("".join(said.captured for said in kind.said))
    meanings = kind.family.decode(content)

    expected = [said.name for said in kind.said for _ in range(1 + len(said.more))]
    assert [meaning["name"] for meaning in meanings] == expected


@pytest.mark.parametrize("kind", KINDS, ids=ids)
def test_nothing_is_damage_of_its_own_and_the_family_is_known(kind: Kind) -> None:
    (meaning,) = kind.family.decode(b"")

    assert (meaning["damaged"], meaning["reason"]) == (True, "empty")
    assert family(kind.family.kind) is kind.family


@pytest.mark.parametrize("kind", KINDS, ids=ids)
def test_a_deed_that_no_reader_can_do_is_refused_with_a_sentence(kind: Kind) -> None:
    reader: Imitation = kind.imitation()
    for deed in ("dance", "tag", "tag 303", "tag 30 1", "tag 3036 x", "tag 3036 5", "remove", ""):
        with pytest.raises(ValueError, match=r"\.$"):
            reader.act(deed, 0.0)
