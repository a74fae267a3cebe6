#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much memory the server takes: for a large upload, a large folder, and many idle connections."""

import json
import os
import resource
import subprocess
import threading
import time

import serving

N_FILES = 100000
N_IDLE = 10000
SPARE_DESCRIPTORS = 200


@serving.without_sanitizer
class MemoryTest(serving.ServingTest):
    def davload(self, served, path, *arguments):
        output = self.run_client(serving.test_program("davload"), *arguments, served.address, path)
        numbers = json.loads(output)
        self.assertEqual(numbers["refused"], 0, output)
        return numbers

    def warm_up(self, served):
        """Pools and arenas are paid for once; what is measured is what comes on top."""
        self.davload(served, "/small", "-c", "64", "-n", "6400")
        self.davload(served, "/", "-m", "PROPFIND", "-H", "Depth: 1", "-c", "4", "-n", "40")
        self.davload(served, "/warm-%d", "-m", "PUT", "-B", "1000000", "-c", "4", "-n", "16")

    def start(self, folder, *options):
        serving.write_file(os.path.join(folder, "small"), b"s" * 1024)
        served = self.serve(folder, "--durability", "process", *options)
        self.warm_up(served)
        return served

    def test_an_upload_of_4_gib_takes_less_than_8_mib(self):
        size = 4 * 1024 * serving.MIB
        folder = self.roomy_scratch(size)
        served = self.start(folder)
        before = served.memory_bytes()
        served.forget_peak()
        numbers = self.davload(served, "/large", "-m", "PUT", "-n", "1", "-B", str(size))
        growth = served.peak_bytes() - before
        self.assertEqual(os.path.getsize(os.path.join(folder, "large")), size)
        print("4 GiB in %.1f s, %d KiB more at the peak" % (numbers["seconds"], growth // 1024))
        self.assertLess(growth, 8 * serving.MIB)

    def make_large_folder(self):
        folder = self.roomy_scratch(1024 * serving.MIB)
        os.mkdir(os.path.join(folder, "many"))
        for i in range(N_FILES):
            serving.write_file(os.path.join(folder, "many", "file-%06d.txt" % i), b"some text\n")
        return folder

    def test_a_listing_of_100_000_takes_less_than_16_mib_and_others_are_served(self):
        # One worker: the listing and the small requests share a thread.
        served = self.start(self.make_large_folder(), "--workers", "1")
        before = served.memory_bytes()
        served.forget_peak()
        waits_s = []
        done = threading.Event()

        def get_small_files():
            while not done.is_set():
                begin_s = time.monotonic()
                self.assertEqual(served.request("GET", "/small").status, 200)
                waits_s.append(time.monotonic() - begin_s)

        others = threading.Thread(target=get_small_files)
        others.start()
        try:
            self.davload(served, "/many/", "-m", "PROPFIND", "-H", "Depth: 1", "-n", "3")
        finally:
            done.set()
            others.join()
        growth = served.peak_bytes() - before
        print("%d KiB more at the peak; %d GETs meanwhile, the slowest %.1f ms" % (
            growth // 1024, len(waits_s), max(waits_s) * 1000))
        self.assertLess(growth, 16 * serving.MIB)
        # Served in between, not behind: a listing that keeps the thread lets three through at most.
        self.assertGreater(len(waits_s), 10)

    def test_a_client_that_does_not_read_its_listing_costs_nothing_more(self):
        served = self.start(self.make_large_folder())
        before = served.memory_bytes()
        served.forget_peak()
        silent = [served.connect() for _ in range(8)]
        try:
            for connection in silent:
                connection.sendall(b"PROPFIND /many/ HTTP/1.1\r\nHost: x\r\nDepth: 1\r\n\r\n")
            # Its answers come while the eight stand still.
            self.davload(served, "/small", "-c", "8", "-n", "20000")
            growth = served.peak_bytes() - before
        finally:
            for connection in silent:
                connection.close()
        print("%d KiB more for 8 clients that do not read" % (growth // 1024))
        self.assertLess(growth, 16 * serving.MIB)

    def test_an_idle_connection_takes_at_most_512_bytes(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        n_idle = min(N_IDLE, hard - SPARE_DESCRIPTORS)
        if n_idle < 1000:
            self.skipTest("only %d descriptors are allowed here" % hard)
        served = self.start(self.scratch())
        before = served.memory_bytes()
        with subprocess.Popen([serving.test_program("davload"), "-i", "-c", str(n_idle), served.address,
                               "/small"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as idle:
            numbers = json.loads(idle.stdout.readline())
            each = (served.memory_bytes() - before) / n_idle
            idle.stdin.close()
        self.assertEqual((numbers["refused"], numbers["broken"]), (0, 0))
        print("%.0f bytes for each of %d idle connections" % (each, n_idle))
        self.assertLessEqual(each, 512)


if __name__ == "__main__":
    serving.main()
