#!/usr/bin/env python3
"""Asks a web server for a small file again and again: probe.py open|closed ADDRESS. Ends on SIGINT.

open    ten requests a second by the clock, whatever becomes of those before
closed  50 ms after each answer or failure the next one

Each request has a connection of its own and is given up after 1 s. One row a request, as a client of one's own would write it.
"""

import asyncio
import signal
import sys
import time

TIMEOUT_S = 1.0


async def ask(address):
    """The status of the answer, or what went wrong."""
    writer = None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_connection(address, 80)
            writer.write(b"GET /hello HTTP/1.0\r\n\r\n")
            answer = await reader.read()
            return answer.split(b" ", 2)[1].decode() if answer.startswith(b"HTTP/") else "empty"
    except TimeoutError:
        return "timeout"
    except OSError as error:
        return type(error).__name__
    finally:
        if writer is not None:
            writer.transport.abort()


async def row(address):
    sent, begin = time.time(), time.monotonic()
    status = await ask(address)
    took_ms = (time.monotonic() - begin) * 1000
    print(f"{sent:.6f},{took_ms:.3f},{status}", flush=True)


async def main(loop, address):
    task = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    print("sent_at,took_ms,http_code", flush=True)
    running, due = set(), time.monotonic()
    try:
        while True:
            if loop == "open":
                running.add(request := asyncio.create_task(row(address)))
                request.add_done_callback(running.discard)
                due += 0.1
                await asyncio.sleep(due - time.monotonic())
            else:
                await row(address)
                await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        pass


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("open", "closed"):
        sys.exit(__doc__)
    asyncio.run(main(*sys.argv[1:]))
