"""Makes trainer/events/testdata/*.tfevents, and reads folders of event files
as TensorBoard does.

    python3 tools/golden/events_check.py            makes the fixtures
    python3 tools/golden/events_check.py read DIR   prints "tag step value" of each scalar in DIR

The fixtures are written by TensorBoard's own messages and record writer. For
reading, both of TensorBoard's backends are asked and must agree: the one in
Python, and the data server, which is what `tensorboard` starts by default.

Made with tensorboard 2.21.0, tensorboard-data-server 0.7.2, protobuf 7.36.2.
"""

import argparse
import pathlib
import sys
import time

from tensorboard import context
from tensorboard.backend.event_processing import data_ingester
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.data import server_ingester
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import grpc_util

OUT = pathlib.Path(__file__).parents[2] / "trainer/events/testdata"

# As in trainer/events/events_test.go: (tag, step, value)
FIRST = [("loss", 50, 1.0986123), ("accuracy", 50, 0.0), ("loss", 100, -1e30), ("train/größe", 100, float("nan")), ("loss", 150, 0.75), ("loss", 200, 0.7)]
RESUMED = [("loss", 150, 0.5), ("loss", 1 << 40, 0.25)]


def make(name, start, scalars):
    t = 1700000000  # moves on half a second before each scalar
    with open(OUT / name, "wb") as f:
        w = RecordWriter(f)
        w.write(Event(wall_time=t, file_version="brain.Event:2").SerializeToString())
        w.write(Event(wall_time=t, step=start, session_log=SessionLog(status=SessionLog.START)).SerializeToString())
        for tag, step, value in scalars:
            t += 0.5
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            w.write(Event(wall_time=t, step=step, summary=summary).SerializeToString())


def scalars(provider):
    series = provider.read_scalars(context.RequestContext(), experiment_id="", plugin_name="scalars", downsample=10**6)
    return [f"{tag} {p.step} {p.value:.6g}" for run in series.values() for tag, points in sorted(run.items()) for p in points]


def read(folder):
    flags = argparse.Namespace(
        logdir=folder,
        samples_per_plugin={"scalars": 0},  # 0 is all
        purge_orphaned_data=True,
        max_reload_threads=1,
        reload_interval=0,
        reload_task="blocking",
        reload_multifile=False,
        detect_file_replacement=False,
    )
    python = data_ingester.LocalDataIngester(flags)
    python.start()

    server = server_ingester.SubprocessServerDataIngester(
        server_binary=server_ingester.get_server_binary(),
        logdir=folder,
        reload_interval=0,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin=flags.samples_per_plugin,
    )
    server.start()

    a = scalars(python.data_provider)
    deadline = time.monotonic() + 10  # the server answers while it still reads
    while (b := scalars(server.data_provider)) != a:
        assert time.monotonic() < deadline, f"TensorBoard's backends differ:\n{a}\n{b}"
        time.sleep(0.05)
    print("\n".join(a))


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read(sys.argv[2])
    else:
        OUT.mkdir(exist_ok=True)
        make("first.tfevents", 1, FIRST)
        make("resumed.tfevents", 101, RESUMED)
