// SPDX-License-Identifier: GPL-2.0-only
// managed.js - a Node program whose memory is made of the parts that its arguments name,
// each moved on ten times a second. As native.cc: seconds=S part=value..., KiB and
// seconds; $EVAL_TRUTH gets how much it has leaked.
//
// leak=RATE [begin=S]   buffers=RATE   listeners=RATE   base=SIZE   garbage=RATE keep=SIZE
// cache=SIZE fill=RATE   warm=SIZE over=S   batch=SIZE period=S
'use strict';
const fs = require('fs');
const { EventEmitter } = require('events');

const args = Object.fromEntries(process.argv.slice(2).map((one) => one.split('='))
	.map(([name, value]) => [name, Number(value)]));
const arg = (name, otherwise) => args[name] ?? otherwise;
const bus = new EventEmitter().setMaxListeners(0);
const held = [], young = [], slots = [];
let job = [], leakedKib = 0, garbageKib = 0, baseKib = 0, warmKib = 0, filled = 0;

// 126 doubles and two words of header: 1 KiB of V8's own heap.
const block = () => new Array(126).fill(Math.random() + 0.5);
const due = (name, t) => arg(name, 0) * Math.max(0, t - arg('begin', 0));

function tellTruth(timeS) {
	if (process.env.EVAL_TRUTH)
		fs.appendFileSync(process.env.EVAL_TRUTH,
			`${timeS.toFixed(3)} ${leakedKib.toFixed(1)}\n`);
}

function leak(t) {
	while (leakedKib < due('leak', t)) {
		held.push(block());
		leakedKib += 1 + (16 + 16 + 8) / 1024;
	}
	while (leakedKib < due('buffers', t)) {
		held.push(Buffer.alloc(16384, 1));
		leakedKib += 16.2;
	}
	while (leakedKib < due('listeners', t)) {
		const request = block();
		bus.on('done', () => request.length);
		leakedKib += 1 + (16 + 16 + 64 + 24 + 8) / 1024;
	}
}

function garbage(t) {
	for (; garbageKib < arg('garbage', 0) * t; garbageKib++)
		young[garbageKib % arg('keep', 1000)] = block();
}

function hold(t) {
	for (; baseKib < arg('base', 0); baseKib++)
		held.push(block());
	for (; warmKib < arg('warm', 0) * (1 - Math.exp(-t / arg('over', 10))); warmKib++)
		held.push(block());
}

function cache(t) {
	for (; filled < arg('fill', 100) * t && arg('cache', 0) > 0; filled++)
		slots[Math.floor(Math.random() * arg('cache', 0))] = block();
}

function batch(t) {
	const period = arg('period', 30), at = (t % period) / period;
	if (at > 0.7)
		job = [];
	while (at <= 0.7 && job.length < arg('batch', 0) * at / 0.7)
		job.push(block());
}

const begun = Date.now() / 1e3;
let told = false;
const timer = setInterval(() => {
	const t = Date.now() / 1e3 - begun;
	for (const advance of [leak, garbage, hold, cache, batch])
		advance(t);
	if (!told && t >= arg('begin', 0)) {
		tellTruth(begun + t);
		told = true;
	}
	if (t < arg('seconds', 10))
		return;
	tellTruth(begun + t);
	clearInterval(timer);
}, 100);
