"""A network camera that sends motion JPEG over HTTP."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np


class HttpCamera:
    """An HTTP camera: sends pictures of its level and size until it is told to stop."""

    def __init__(self, size: tuple[int, int], rate: float, noise: int = 0) -> None:
        """`noise` is in grey levels; without any all its pictures are the same."""
        self.level = 20
        self.size = size
        self._noise = noise
        self._chance = np.random.default_rng(0)
        self.paused = threading.Event()
        self.stopped = threading.Event()
        camera = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=frame")
                self.end_headers()
                while not camera.stopped.wait(1 / rate):
                    if not camera.paused.is_set():
                        self._send()

            def _send(self) -> None:
                jpeg = cv2.imencode(".jpg", camera.picture())[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                try:
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
                except OSError:
                    camera.stopped.set()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/stream.mjpg"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def picture(self) -> np.ndarray:
        """The next one, grey."""
        width, height = self.size
        noise = self._chance.integers(-self._noise, self._noise + 1, (height, width, 1))
        return np.repeat(np.clip(self.level + noise, 0, 255).astype(np.uint8), 3, axis=2)

    def close(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
