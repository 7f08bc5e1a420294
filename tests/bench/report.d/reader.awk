# SPDX-License-Identifier: GPL-2.0-only
#
# reader.awk - what daemons take that watch processes (by_size.awk).

$4 == part { value[$2, $5, of_scale($7, "processes"), $8 == "rss"] = $10 }

function cell(k, o, n) {
	if (!((k, o, n, 0) in value) || value[k, o, n, 0] == "-") return "absent"
	if (k == "host")
		return sprintf("%.4f %%, %.1f MiB", value[k, o, n, 0] / 1e8, value[k, o, n, 1] / 1048576)
	return sprintf("%.2f million, %.1f MiB", value[k, o, n, 0] / 1e6, value[k, o, n, 1] / 1048576)
}

function title(k) {
	printf "\n## Daemons, %s\n\n", k == "host" ? "on the machine of this run (Linux " release[k] ", no module)" : "in a guest with Linux " release[k]
	if (k == "host") print "CPU time of a round, every 10 s, in percent of a CPU, and resident memory.\n"
	else print "Instructions of a round, every 10 s, and resident memory. `memwatch` reads the module's files, `memwatch-plain` is the same without the module.\n"
}

function absences(k,    i, j, o) {
	for (i = 1; i <= O[k]; i++)
		for (j = 1; j <= N[k]; j++) {
			o = observers[k, i]
			if (value[k, o, sizes[k, j], 0] == "-")
				printf "\nAbsent: %s at %s processes, since %s.\n", o, number(sizes[k, j]), note[k, o, sizes[k, j]]
		}
}
