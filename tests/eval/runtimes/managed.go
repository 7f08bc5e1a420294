// SPDX-License-Identifier: GPL-2.0-only

// managed - a Go program whose memory is made of the parts that its arguments name,
// each moved on ten times a second. As native.cc: seconds=S part=value..., KiB and
// seconds; $EVAL_TRUTH gets how much it has leaked.
//
// leak=RATE [begin=S]   goroutines=PER_S   map=RATE   base=SIZE   garbage=RATE keep=SIZE
// cache=SIZE fill=RATE   warm=SIZE over=S   batch=SIZE period=S
package main

import (
	"fmt"
	"math"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"time"
)

// With GOGC=100 the heap grows to twice what is live before it is collected: where there
// is garbage to fill it, each KiB that is leaked takes two.
func headroom() float64 {
	if arg("garbage", 0) > 0 {
		return 2
	}
	return 1
}

var (
	args      = map[string]float64{}
	leakedKib float64
	held      [][]byte
	sessions  = map[int]*[256]byte{}
	young     [][]byte
	job       [][]byte
	slots     [][]byte

	garbageKib, baseKib, warmKib, filled float64
)

func arg(name string, otherwise float64) float64 {
	if value, ok := args[name]; ok {
		return value
	}
	return otherwise
}

func due(name string, t float64) float64 {
	return arg(name, 0) * math.Max(0, t-arg("begin", 0))
}

func tellTruth(timeS float64) {
	file, err := os.OpenFile(os.Getenv("EVAL_TRUTH"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	fmt.Fprintf(file, "%.3f %.1f\n", timeS, headroom()*leakedKib)
	file.Close()
}

func block() []byte {
	made := make([]byte, 1024)
	made[0] = 1
	return made
}

func leak(t float64) {
	for leakedKib < due("leak", t) {
		held = append(held, block())
		leakedKib += 1 + 24.0/1024
	}
	// A goroutine that waits for an answer that never comes: its stack, and what it holds.
	for leakedKib < due("goroutines", t) {
		answer := make(chan []byte)
		request := block()
		go func() { copy(request, <-answer) }()
		leakedKib += 2 + 1 + 96.0/1024 + 400.0/1024
	}
	for leakedKib < due("map", t) {
		sessions[len(sessions)] = new([256]byte)
		leakedKib += 0.25 + 24.0/1024
	}
}

func garbage(t float64) {
	for ; garbageKib < arg("garbage", 0)*t; garbageKib++ {
		young = append(young, block())
		if len(young) > int(arg("keep", 1000)) {
			young = young[1:]
		}
	}
}

func hold(t float64) {
	for ; baseKib < arg("base", 0); baseKib++ {
		held = append(held, block())
	}
	for ; warmKib < arg("warm", 0)*(1-math.Exp(-t/arg("over", 10))); warmKib++ {
		held = append(held, block())
	}
}

func cache(t float64) {
	if slots == nil {
		slots = make([][]byte, int(arg("cache", 0)))
	}
	for ; len(slots) > 0 && filled < arg("fill", 100)*t; filled++ {
		slots[rand.Intn(len(slots))] = block()
	}
}

func batch(t float64) {
	period := arg("period", 30)
	at := math.Mod(t, period) / period
	if at > 0.7 {
		job = nil
	}
	for at <= 0.7 && float64(len(job)) < arg("batch", 0)*at/0.7 {
		job = append(job, block())
	}
}

func main() {
	for _, one := range os.Args[1:] {
		name, text, _ := strings.Cut(one, "=")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			os.Exit(2)
		}
		args[name] = value
	}
	begun, told, t := time.Now(), false, 0.0
	at := func() float64 { return float64(begun.UnixMilli())/1e3 + t }
	for ; t < arg("seconds", 10); t = time.Since(begun).Seconds() {
		leak(t)
		garbage(t)
		hold(t)
		cache(t)
		batch(t)
		if !told && t >= arg("begin", 0) {
			tellTruth(at())
			told = true
		}
		time.Sleep(100 * time.Millisecond)
	}
	tellTruth(at())
}
