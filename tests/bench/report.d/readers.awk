# SPDX-License-Identifier: GPL-2.0-only
#
# readers.awk - what one look at every process costs, a column for each number of processes.

$4 == part {
	k = $2; n = of_scale($7, "processes")
	if (!(k in release)) { kernels[++K] = k; release[k] = $3 }
	if (!((k, $5) in has_observer)) { has_observer[k, $5]; observers[k, ++O[k]] = $5 }
	if (!((k, n) in has_size)) { has_size[k, n]; sizes[k, ++N[k]] = n }
	value[k, $5, n] = $10
	spread[k, $5, n] = $11
	note[k, $5, n] = $13
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

function table(k,    i, j) {
	printf "\n## Looking at every process once, Linux %s\n\n", release[k]
	print "Instructions of the cheapest look, how far the dearest is above it, and instructions a process. `process-exporter-lean` leaves smaps and threads out. `exited` has as many records as there are processes; slab, profile and growth do not go by processes.\n"
	printf "| processes |"
	for (j = 1; j <= N[k]; j++) printf " %s |", number(sizes[k, j])
	printf "\n|---|"
	for (j = 1; j <= N[k]; j++) printf "---|"
	for (i = 1; i <= O[k]; i++) {
		printf "\n| %s |", observers[k, i]
		for (j = 1; j <= N[k]; j++) printf " %s |", cell(k, observers[k, i], sizes[k, j])
	}
	print ""
	absences(k)
}

END { for (i = 1; i <= K; i++) table(kernels[i]) }
