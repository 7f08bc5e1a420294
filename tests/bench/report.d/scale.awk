# SPDX-License-Identifier: GPL-2.0-only
#
# scale.awk - does the cost of an event grow with processes, processors or memory?

$4 == part && $8 == "instructions" {
	n = of_scale($7, "processes")
	if (!(n in has_size)) { has_size[n]; sizes[++N] = n }
	if (!(($5, $6) in has_row)) { has_row[$5, $6]; observers[++R] = $5; events[R] = $6 }
	value[$5, $6, n] = $10
	spread[$5, $6, n] = $11
}

$4 == part && $9 == "op" && $8 != "instructions" {
	c = of_scale($7, "cpus")
	if (!(c in has_cpus)) { has_cpus[c]; cpus[++C] = c }
	if (!(($5, $6) in has_line)) { has_line[$5, $6]; who[++L] = $5; what[L] = $6 }
	lines[$5, $6, c, $8] = $10
}

$4 == part && $6 == "memory" { memory[++M] = $7; metric[M] = $8; bytes[M] = $10; how[M] = $13 }

function event_cell(o, e, n,    base) {
	if (!((o, e, n) in value)) return "-"
	if (o == "none") return number(value[o, e, n]) " ± " spread[o, e, n] " %"
	base = value["none", e, n]
	return sprintf("%+.0f (%+.2f %%)", value[o, e, n] - base, 100 * (value[o, e, n] / base - 1))
}

function processes_table(    i, j, columns) {
	print "\n## Processes\n"
	print "Instructions of a page fault with its free and of a fork with its exit, and what the module adds: with room for all processes, with a table that has hardly room (`full`), and with one for half of them (`overflow`).\n"
	for (j = 1; j <= N; j++) columns[j] = number(sizes[j])
	heading("| processes | |", columns, N)
	for (i = 1; i <= R; i++) {
		printf "| %s | %s |", events[i], observers[i]
		for (j = 1; j <= N; j++) printf " %s |", event_cell(observers[i], events[i], sizes[j])
		print ""
	}
}

function lines_table(    i, j) {
	print "\n## Processors\n"
	print "Writes to cache lines that more than one processor wrote, by operation, and in parentheses how often such a line went from one to another. `memwatch` is what the module's own code wrote, `none` all else.\n"
	heading("| processors | |", cpus, C)
	for (i = 1; i <= L; i++) {
		printf "| %s | %s |", what[i], who[i]
		for (j = 1; j <= C; j++)
			printf " %.2f (%.3f) |", lines[who[i], what[i], cpus[j], "shared_line_writes"], lines[who[i], what[i], cpus[j], "line_moves"]
		print ""
	}
}

function memory_table(    i) {
	print "\n## Memory of the module\n"
	print "| RAM | | bytes | |\n|---|---|---|---|"
	for (i = 1; i <= M; i++) printf "| %s | %s | %s | %s |\n", memory[i], metric[i], number(bytes[i]), how[i]
}

END {
	if (R) processes_table()
	if (L) lines_table()
	if (M) memory_table()
}
