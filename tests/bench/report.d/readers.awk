# SPDX-License-Identifier: GPL-2.0-only
#
# readers.awk - what one look at every process costs (by_size.awk).

$4 == part {
	value[$2, $5, of_scale($7, "processes")] = $10
	spread[$2, $5, of_scale($7, "processes")] = $11
}

function cell(k, o, n) {
	if (!((k, o, n) in value) || value[k, o, n] == "-") return "absent"
	return number(value[k, o, n]) " ± " spread[k, o, n] " % (" number(value[k, o, n] / n) ")"
}

function absences(k,    i, j, o, n, told) {
	for (i = 1; i <= O[k]; i++)
		for (j = 1; j <= N[k]; j++) {
			o = observers[k, i]; n = sizes[k, j]
			if (value[k, o, n] != "-" || (o, note[k, o, n]) in told) continue
			told[o, note[k, o, n]]
			printf "\nAbsent: %s, since %s.\n", o, note[k, o, n]
		}
}

function title(k) {
	printf "\n## Looking at every process once, Linux %s\n\n", release[k]
	print "Instructions of the cheapest look, how far the dearest is above it, and instructions a process. `process-exporter-lean` leaves smaps and threads out. `exited` has as many records as there are processes; slab, profile and growth do not go by processes.\n"
}
