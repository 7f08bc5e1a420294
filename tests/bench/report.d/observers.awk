# SPDX-License-Identifier: GPL-2.0-only
#
# observers.awk - for each kernel a table of operations and observers: instructions
# without any, and what each adds, in percent and in instructions; with what was absent.

$4 == "observers" || $4 == "builtin" {
	k = $2; o = $5; w = $6
	if (!(k in release)) { kernels[++K] = k; release[k] = $3 }
	if (!((k, o) in has_observer)) { has_observer[k, o]; observers[k, ++O[k]] = o }
	if (!((k, w) in has_workload)) { has_workload[k, w]; workloads[k, ++W[k]] = w }
	value[k, o, w] = $10
	spread[k, o, w] = $11
	turns[k, o, w] = $12
	note[k, o, w] = $13
}

function cell(k, o, w,    more, base) {
	if (!((k, o, w) in value) || value[k, o, w] == "-" || value[k, "none", w] == "-") return "absent"
	base = value[k, "none", w]
	more = value[k, o, w] - base
	return sprintf("%+.2f %% (%s)", 100 * more / base, number(more))
}

function table(k,    i, j, o, w, columns) {
	printf "\n## Linux %s\n\n", release[k]
	print "Instructions an operation without observer, and what each adds; `±` is how far the bases of the whole boot lie apart.\n"
	printf "![What each observer adds, on a logarithmic axis](observers-%s.svg)\n\n", k
	for (j = 1; j <= W[k]; j++) columns[j] = workloads[k, j]
	heading("| |", columns, W[k])
	printf "| none |"
	for (j = 1; j <= W[k]; j++) {
		w = workloads[k, j]
		if (value[k, "none", w] == "-") printf " absent |"
		else printf " %s ± %s %% |", number(value[k, "none", w]), spread[k, "none", w]
	}
	for (i = 1; i <= O[k]; i++) {
		o = observers[k, i]
		if (o == "none") continue
		printf "\n| %s |", o
		for (j = 1; j <= W[k]; j++) printf " %s |", cell(k, o, workloads[k, j])
	}
	print ""
	unsteady(k)
	steadiness(k)
	absences(k)
}

function unsteady(k,    i, j, o, w) {
	for (i = 1; i <= O[k]; i++)
		for (j = 1; j <= W[k]; j++) {
			o = observers[k, i]; w = workloads[k, j]
			if (match(note[k, o, w], /rounds of .*/))
				printf "\nNot steady: %s under %s, %s instructions; the mean is shown.\n", w, o, substr(note[k, o, w], RSTART)
		}
}

# How far the bases before and after each observer lie apart.
function steadiness(k,    i, j, o, w, columns) {
	print "\nBases before and after an observer lie apart by, in % (number of turns):\n"
	for (j = 1; j <= W[k]; j++) columns[j] = workloads[k, j]
	heading("| |", columns, W[k])
	for (i = 1; i <= O[k]; i++) {
		o = observers[k, i]
		if (o == "none") continue
		printf "| %s |", o
		for (j = 1; j <= W[k]; j++) {
			w = workloads[k, j]
			if (value[k, o, w] == "-") printf " - |"
			else printf " %s (%s) |", spread[k, o, w], turns[k, o, w]
		}
		print ""
	}
}

function absences(k,    i, j, o, w, told) {
	for (i = 1; i <= O[k]; i++)
		for (j = 1; j <= W[k]; j++) {
			o = observers[k, i]; w = workloads[k, j]
			if (value[k, o, w] != "-" || (k, o, note[k, o, w]) in told) continue
			told[k, o, note[k, o, w]]
			printf "\nAbsent: %s, since %s.\n", o, note[k, o, w]
		}
}

END { for (i = 1; i <= K; i++) table(kernels[i]) }
