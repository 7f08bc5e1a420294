// SPDX-License-Identifier: GPL-2.0-only
// Managed.java - a Java program whose memory is made of the parts that its arguments
// name, each moved on ten times a second. As native.cc: seconds=S part=value..., KiB
// and seconds; $EVAL_TRUTH gets how much it has leaked.
//
// leak=RATE [begin=S]   direct=RATE   threads=PER_S   strings=RATE   base=SIZE
// garbage=RATE keep=SIZE   cache=SIZE fill=RATE   warm=SIZE over=S   batch=SIZE period=S
import java.io.FileWriter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

public class Managed {
	static final Map<String, Double> args = new HashMap<>();
	static final Random random = new Random(7);
	static double leakedKib;
	static final List<Object> held = new ArrayList<>();
	static final Map<String, Object> interned = new HashMap<>();
	static final ArrayDeque<byte[]> young = new ArrayDeque<>();
	static final List<byte[]> job = new ArrayList<>();
	static double garbageKib, baseKib, warmKib, filled, started;
	static Map<Integer, byte[]> cache;

	static double arg(String name, double otherwise) {
		return args.getOrDefault(name, otherwise);
	}

	static double due(String name, double t) {
		return arg(name, 0) * Math.max(0, t - arg("begin", 0));
	}

	static void tellTruth(double timeS) throws Exception {
		if (System.getenv("EVAL_TRUTH") == null)
			return;
		try (FileWriter file = new FileWriter(System.getenv("EVAL_TRUTH"), true)) {
			file.write(String.format(Locale.ROOT, "%.3f %.1f\n", timeS, leakedKib));
		}
	}

	static void leak(double t) {
		while (leakedKib < due("leak", t)) {
			held.add(new byte[1008]);
			leakedKib += 1024 / 1024.0 + 4 / 1024.0;
		}
		while (leakedKib < due("direct", t)) {
			ByteBuffer buffer = ByteBuffer.allocateDirect(8192);
			for (int i = 0; i < 8192; i += 512)
				buffer.put(i, (byte) 1);
			held.add(buffer);
			leakedKib += 8 + 0.2;
		}
		while (leakedKib < due("strings", t)) {
			interned.put("session-" + interned.size() + "-" + t, new byte[400]);
			leakedKib += (416 + 32 + 24 + 56 + 8) / 1024.0;
		}
		while (started + 1 < due("threads", t)) {
			Thread thread = new Thread(() -> {
				try {
					Thread.sleep(1000000);
				} catch (InterruptedException e) {
					return;
				}
			});
			thread.setDaemon(true);
			thread.start();
			started++;
		}
	}

	static void garbage(double t) {
		for (; garbageKib < arg("garbage", 0) * t; garbageKib++) {
			young.addLast(new byte[1008]);
			if (young.size() > arg("keep", 1000))
				young.removeFirst();
		}
	}

	static void hold(double t) {
		for (; baseKib < arg("base", 0); baseKib++)
			held.add(new byte[1008]);
		for (; warmKib < arg("warm", 0) * (1 - Math.exp(-t / arg("over", 10))); warmKib++)
			held.add(new byte[1008]);
	}

	static void cache(double t) {
		int size = (int) arg("cache", 0);
		if (cache == null)
			cache = new LinkedHashMap<>(16, 0.75f, true) {
				protected boolean removeEldestEntry(Map.Entry<Integer, byte[]> eldest) {
					return size() > size;
				}
			};
		for (; filled < arg("fill", 100) * t && size > 0; filled++)
			cache.put(random.nextInt(size * 3), new byte[1008]);
	}

	static void batch(double t) {
		double period = arg("period", 30), at = t % period / period;
		if (at > 0.7)
			job.clear();
		while (at <= 0.7 && job.size() < arg("batch", 0) * at / 0.7)
			job.add(new byte[1008]);
	}

	public static void main(String[] argv) throws Exception {
		for (String one : argv)
			args.put(one.split("=")[0], Double.valueOf(one.split("=")[1]));
		double begun = System.currentTimeMillis() / 1e3, seconds = arg("seconds", 10), t = 0;
		boolean told = false;
		for (; t < seconds; t = System.currentTimeMillis() / 1e3 - begun) {
			leak(t);
			garbage(t);
			hold(t);
			cache(t);
			batch(t);
			if (!told && t >= arg("begin", 0)) {
				tellTruth(begun + t);
				told = true;
			}
			Thread.sleep(100);
		}
		tellTruth(begun + t);
	}
}
