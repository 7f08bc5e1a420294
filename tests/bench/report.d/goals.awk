# SPDX-License-Identifier: GPL-2.0-only
#
# goals.awk - what was to be reached, and by how much it was reached or missed, from the
# rows of one run. A goal whose figures are absent is not reached: it says so.

# What was measured in many turns for a goal that is finer than one: a kernel of its own.
$4 == "forks" { $2 = $2 "/forks"; known_forks[$2] }

{
	# kernel, observer, workload
	value[$2, $5, $6] = $10
	spread[$2, $5, $6] = $11
	note[$2, $5, $6] = $13
	if ($4 == "observers" && !($2 in known)) { known[$2]; kernels[++n] = $2 }
}

function have(kernel, observer, workload) {
	return (kernel, observer, workload) in value && value[kernel, observer, workload] != "-"
}

# added(): instructions over the base; "" if one of the two is absent.
function added(kernel, observer, workload) {
	if (!have(kernel, observer, workload) || !have(kernel, "none", workload)) return ""
	return value[kernel, observer, workload] - value[kernel, "none", workload]
}

function percent(kernel, observer, workload,    more) {
	more = added(kernel, observer, workload)
	return more == "" ? "" : 100 * more / value[kernel, "none", workload]
}

function line(what, kernel, goal, got, reached) {
	printf "| %s | %s | %s | %s | %s |\n", what, kernel, goal, got == "" ? "-" : got,
	       got == "" ? "absent" : reached
}

function at_most(what, kernel, observer, workload, limit,    got) {
	got = percent(kernel, observer, workload)
	if (got == "") { line(what, kernel, "at most " limit " %", "", ""); return }
	line(what, kernel, "at most " limit " %", sprintf("%+.2f %%", got),
	     got <= limit ? "reached" : sprintf("missed by %.2f points", got - limit))
}

function times_the_floor(kernel,    ours, floor) {
	ours = added(kernel, "memwatch", "fault")
	floor = added(kernel, "empty", "fault")
	if (ours == "" || floor == "" || floor <= 0) { line("page fault: over the empty probes", kernel, "at most 2.5 times", "", ""); return }
	line("page fault: over the empty probes", kernel, "at most 2.5 times",
	     sprintf("%.2f times (%.0f and %.0f instructions)", ours / floor, ours, floor),
	     ours / floor <= 2.5 ? "reached" : "missed")
}

function times_less(kernel, peer, goal,    ours, theirs) {
	ours = added(kernel, "memwatch", "fault")
	theirs = added(kernel, peer, "fault")
	if (ours == "" || theirs == "" || ours <= 0) { line("page fault: less added than " peer, kernel, "at least " goal " times", "", ""); return }
	line("page fault: less added than " peer, kernel, "at least " goal " times",
	     sprintf("%.1f times (%.0f and %.0f instructions)", theirs / ours, ours, theirs),
	     theirs / ours >= goal ? "reached" : sprintf("missed: %.1f times", theirs / ours))
}

END {
	print "\n## Goals\n"
	print "| | kernel | goal | measured | |\n|---|---|---|---|---|"
	for (i = 1; i <= n; i++) {
		k = kernels[i]
		at_most("page fault and free; default settings", k, "memwatch", "fault", 2.0)
		times_the_floor(k)
		many = (k "/forks") in known_forks ? k "/forks" : k
		at_most("fork and exit", many, "memwatch", "fork", 2)
		at_most("exec", many, "memwatch", "exec", 2)
		at_most("pipe; slab per cache", k, "memwatch_slab", "pipe", 5)
		at_most("sockets; slab per cache", k, "memwatch_slab", "socket", 5)
		at_most("pipe; slab off", k, "memwatch", "pipe", 0.5)
		at_most("sockets; slab off", k, "memwatch", "socket", 0.5)
		times_less(k, "bpftrace", 15)
		times_less(k, "memleak", 40)
		at_most("page fault; everything off", k, "memwatch_off", "fault", 0.1)
		at_most("pipe; everything off", k, "memwatch_off", "pipe", 0.1)
		at_most("fork and exit; everything off", many, "memwatch_off", "fork", 0.1)
		at_most("exec; everything off", many, "memwatch_off", "exec", 0.1)
	}
	times_less("bench", "page_owner", 40)
}
