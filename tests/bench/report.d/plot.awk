# SPDX-License-Identifier: GPL-2.0-only
#
# plot.awk - for -v kernel= an SVG: what each observer adds to each operation, in percent
# on a logarithmic axis. What is below a twentieth of a percent is drawn as a thin mark at
# the left; what is absent has no bar and says so.

function log10(x) { return log(x) / log(10) }

$2 == kernel && ($4 == "observers" || $4 == "builtin") {
	release = $3
	if (!(($5) in has_observer)) { has_observer[$5]; if ($5 != "none") observers[++O] = $5 }
	if (!(($6) in has_workload)) { has_workload[$6]; workloads[++W] = $6 }
	value[$5, $6] = $10
}

function text(x, y, anchor, words) {
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, words
}

function at(percent) {
	if (percent <= LOWEST) return LEFT
	if (percent > HIGHEST) percent = HIGHEST
	return LEFT + WIDTH * (log10(percent) - log10(LOWEST)) / (log10(HIGHEST) - log10(LOWEST))
}

function axis(height,    i, p, n, marks) {
	n = split("0.1 1 2 10 100 1000", marks, " ")
	for (i = 1; i <= n; i++) {
		p = at(marks[i])
		printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" />\n", p, TOP - 6, p, height,
		       marks[i] == 2 ? "#c00\" stroke-dasharray=\"4 3" : "#ccc"
		text(p, TOP - 10, "middle", marks[i] " %")
	}
}

function bar(i, j, y,    base, percent) {
	base = value["none", workloads[j]]
	if (!((observers[i], workloads[j]) in value) || value[observers[i], workloads[j]] == "-" || base == "-" || base == 0) {
		text(LEFT + 4, y + BAR - 1, "start", "absent: " observers[i])
		return
	}
	percent = 100 * (value[observers[i], workloads[j]] / base - 1)
	printf "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s, %s: %+.2f %%</title></rect>\n",
	       LEFT, y, at(percent) - LEFT + 1.5, BAR - 1, colour[(i - 1) % colours + 1], observers[i], workloads[j], percent
}

function legend(y,    i) {
	for (i = 1; i <= O; i++) {
		printf "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\" />\n",
		       LEFT + ((i - 1) % 4) * 150, y + int((i - 1) / 4) * 16, colour[(i - 1) % colours + 1]
		text(LEFT + ((i - 1) % 4) * 150 + 14, y + 9 + int((i - 1) / 4) * 16, "start", observers[i])
	}
}

END {
	LEFT = 80; WIDTH = 620; TOP = 90 + 16 * int((O + 3) / 4); BAR = 8; LOWEST = 0.05; HIGHEST = 2000
	colours = split("#bbbbbb #1a6fc4 #888888 #5aa9e6 #7fd1b9 #2e8b57 #f2a33a #e4572e #9b2226 #8a5fbf #c77dff #444444", colour, " ")
	group = O * BAR + 10
	height = TOP + W * group
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"10\">\n", LEFT + WIDTH + 40, height + 10
	print "<rect width=\"100%\" height=\"100%\" fill=\"white\" />"
	text(LEFT, 18, "start", "Instructions that an observer adds to an operation, in percent of the operation without one")
	text(LEFT, 32, "start", "Linux " release ", stock, under QEMU -icount; logarithmic axis; dashed: the goal of 2 %")
	legend(44)
	axis(height)
	for (j = 1; j <= W; j++) {
		text(LEFT - 6, TOP + (j - 1) * group + group / 2, "end", workloads[j])
		for (i = 1; i <= O; i++) bar(i, j, TOP + (j - 1) * group + (i - 1) * BAR)
	}
	print "</svg>"
}
