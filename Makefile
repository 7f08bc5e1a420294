# SPDX-License-Identifier: GPL-2.0-only
#
# Builds memwatch: the module by Kbuild (memwatch.ko at the top), everything
# else under build/. Kbuild itself reads ./Kbuild, never this file. A new .c file
# in userspace/lib, userspace/cmd, tests/unit or tests/workloads is found by
# itself.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

PREFIX  ?= /usr/local
DESTDIR ?=
ifndef KVER
# Where KDIR= is given alone, it says which kernel. (Debian's 6.1 has another name in
# include/config/kernel.release than uname and /lib/modules have.)
KVER := $(or $(if $(KDIR),$(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)),$(shell uname -r))
endif
KDIR    ?= $(shell tests/kdir $(KVER))
B       := build

# One short line a step; V=1 shows the commands, make -s nothing.
silent := $(findstring s,$(filter-out --%,$(firstword $(MAKEFLAGS))))
Q      := $(if $(V),,@)
step    = $(if $(V)$(silent),,@printf '  %-5s %s\n' $(1) $@)

CFLAGS   ?= -O2 -g
WARNINGS := -std=gnu11 -Wall -Wextra -Werror
# Never -I: module/features.h would be taken for <features.h>.
INCLUDES := -iquote . -iquote userspace/lib
LDLIBS   := -lcyaml -lyaml -lcjson -lsqlite3 -lm

LIB_C  := $(wildcard userspace/lib/*.c)
CMD_C  := $(wildcard userspace/cmd/*.c)
TEST_C := $(wildcard tests/unit/test_*.c)
LOAD_C := $(wildcard tests/workloads/*.c)
.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo '  KVER=RELEASE or KDIR=HEADERS choose the kernel, PREFIX= and DESTDIR= the place, V=1 shows commands.'

.PHONY: all
all: module userspace ## the module for the running kernel, and the reader

# --- module -------------------------------------------------------------------

.PHONY: module
module: ## memwatch.ko for KVER= (the running kernel) or KDIR=
	@tests/kdir --check "$(KDIR)" "$(KVER)"
	$(MAKE) -C $(KDIR) M=$(CURDIR) MEMWATCH_KERNEL=$(KVER) modules

# --- reader -------------------------------------------------------------------

.PHONY: userspace
userspace: $(B)/memwatch ## the reader, build/memwatch

.PHONY: can-build
can-build:
	@command -v $(CC) >/dev/null || \
		{ echo 'make: no C compiler ($(CC)): install one with "apt-get install -y gcc libc6-dev"' >&2; exit 2; }
	@for library in cjson/cJSON.h:libcjson-dev sqlite3.h:libsqlite3-dev curl/curl.h:libcurl4-openssl-dev \
			cyaml/cyaml.h:libcyaml-dev yaml.h:libyaml-dev; do \
		echo "#include <$${library%:*}>" | $(CC) -E - >/dev/null 2>&1 || \
		{ echo "make: no $${library%:*}: install it with \"apt-get install -y $${library#*:}\"" >&2; exit 2; }; \
	done

LIB_O := $(LIB_C:%.c=$(B)/%.o)
CMD_O := $(CMD_C:%.c=$(B)/%.o)

$(B)/memwatch: $(CMD_O) $(B)/libmemwatch.a
	$(call step,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Made anew: ar alone would keep the members of files that are gone.
$(B)/libmemwatch.a: $(LIB_O)
	$(call step,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/userspace/%.o: userspace/%.c
	$(call step,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARNINGS) $(INCLUDES) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB_O) $(CMD_O): | can-build

-include $(LIB_O:.o=.d) $(CMD_O:.o=.d)

# --- workloads: programs whose memory behaviour is known -------------------------

WORKLOADS := $(LOAD_C:tests/workloads/%.c=$(B)/workloads/%)

.PHONY: workloads
workloads: $(WORKLOADS)

# Static: a guest has no libraries, and a process of its own pages only is simpler to count.
$(B)/workloads/%: tests/workloads/%.c $(wildcard tests/workloads/*.h)
	$(call step,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARNINGS) -D_GNU_SOURCE $(CFLAGS) -static -o $@ $< -lm

# --- the score: labelled series, recorded and generated, and judges of them --------

EVAL_C     := $(wildcard tests/eval/*.c)
EVAL_O     := $(EVAL_C:%.c=$(B)/%.o)
RECORDINGS := $(patsubst tests/eval/recordings/%.gz,$(B)/eval/recordings/%,$(wildcard tests/eval/recordings/*.gz))

$(B)/tests/eval/%.o: tests/eval/%.c
	$(call step,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARNINGS) $(INCLUDES) -D_GNU_SOURCE $(CFLAGS) -MMD -MP -c -o $@ $<

$(EVAL_O): | can-build

$(B)/eval/eval: $(EVAL_O) $(B)/libmemwatch.a
	$(call step,LD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/eval/recordings/%: tests/eval/recordings/%.gz
	@mkdir -p $(@D)
	@gzip -dc $< >$@

$(B)/eval/recordings/manifest.csv: tests/eval/recordings/manifest.csv
	@mkdir -p $(@D)
	@cp $< $@

.PHONY: eval-ready
eval-ready: $(B)/eval/eval $(RECORDINGS) $(B)/eval/recordings/manifest.csv

.PHONY: eval
eval: eval-ready ## the detector's score beside that of others: a table, CSV in build/eval
	@tests/eval/run

-include $(EVAL_O:.o=.d)

# --- unit tests: each with the address and undefined behaviour sanitizers, twice --
# Those of the module's pure files include the file that they test.

SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

# $(1) compiler: objects and test programs below build/tests/$(1).
define test-variant
$(B)/tests/$(1)/%.o: %.c
	$$(call step,CC)
	@mkdir -p $$(@D)
	$$(Q)$(1) $(WARNINGS) $(INCLUDES) -iquote module $(SANITIZE) -MMD -MP -c -o $$@ $$<

$(B)/tests/$(1)/libmemwatch.a: $(patsubst %.c,$(B)/tests/$(1)/%.o,$(LIB_C))
	$$(call step,AR)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^

$(B)/tests/$(1)/test_%: $(B)/tests/$(1)/tests/unit/test_%.o $(B)/tests/$(1)/libmemwatch.a
	$$(call step,LD)
	$$(Q)$(1) $(SANITIZE) -o $$@ $$^ -lcmocka $(LDLIBS)

$(B)/tests/$(1)/memwatch: $(patsubst %.c,$(B)/tests/$(1)/%.o,$(CMD_C)) $(B)/tests/$(1)/libmemwatch.a
	$$(call step,LD)
	$$(Q)$(1) $(SANITIZE) -o $$@ $$^ $(LDLIBS)

UNIT_TESTS += $(TEST_C:tests/unit/%.c=$(B)/tests/$(1)/%)
TEST_READERS += $(B)/tests/$(1)/memwatch
-include $(patsubst %.c,$(B)/tests/$(1)/%.d,$(LIB_C) $(CMD_C) $(TEST_C))
endef
$(eval $(call test-variant,gcc))
$(eval $(call test-variant,clang))
.SECONDARY:

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS)

.PHONY: test-readers
test-readers: $(TEST_READERS)

# --- what people run --------------------------------------------------------------

.PHONY: demo
demo: ## boot stock 6.12 in QEMU, watch a leak being found
	@tests/deps build vm
	@tests/demo/run

.PHONY: drill
drill: ## leaks in a virtual machine, to the OOM kill: does the daemon tell in time?
	@tests/deps build vm
	@tests/vm/run --mem 1024 6.12 tests/vm/test_drill.sh

.PHONY: check
check: ## every test; ends with `N passed, N failed`
	@tests/deps build vm check dkms kernels
	@tests/check all

.PHONY: check-unit
check-unit: ## the tests that need no kernel (seconds)
	@tests/deps build check
	@tests/check unit cli lint

.PHONY: check-vm
check-vm: ## the tests in virtual machines: 6.1 and 6.12, and of other kernels some
	@tests/deps build vm
	@tests/check vm demo

.PHONY: matrix
matrix: ## each kernel: does it build, load, pass the tests, at what cost (hours); MEMWATCH_KERNELS
	@tests/deps build vm check kernels
	@tests/matrix

.PHONY: bench
bench: ## what it costs beside bpftrace, memleak and others (long); KERNELS=, PARTS=
	@tests/deps build vm kernels bench
	@KERNELS='$(KERNELS)' PARTS='$(PARTS)' tests/bench/run

.PHONY: check-kunit
check-kunit: ## the module's KUnit suites, in UML and in the debug kernel
	@tests/deps build vm kernels
	@tests/check kunit

.PHONY: check-debug
check-debug: ## every VM test under KASAN, lockdep, kmemleak and UBSAN (an hour)
	@tests/deps build vm check kernels
	@tests/check debug

.PHONY: check-lean
check-lean: ## what memwatch does in a kernel without all that can be left out (builds one)
	@tests/deps build vm kernels
	@tests/check lean

.PHONY: coverage
coverage: ## lines of module/ that KUnit and the debug kernel's VM tests run
	@tests/deps build vm check kernels
	@tests/coverage/run

.PHONY: check-dkms
check-dkms: ## DKMS on every kernel, upgrades, Secure Boot; as root (minutes)
	@tests/deps build vm dkms
	@MEMWATCH_DKMS_KERNELS='5.10 6.1 6.1-rt 6.12 6.12-rt 7.x' MEMWATCH_SIGNING_KERNELS='6.1 6.12' tests/check dkms

.PHONY: check-selftests
check-selftests: ## the kernel's own tests of mm and stress-ng, with and without the module
	@tests/deps build vm check kernels
	@tests/check selftests

.PHONY: lint
lint: ## shellcheck, licence lines, stray white space
	@tests/lint

.PHONY: format
format: ## clang-format the C files of userspace and tests in place
	clang-format -i $(wildcard userspace/*/*.[ch] tests/*/*.[ch])

# --- installation -----------------------------------------------------------------

MAN_PAGES := $(wildcard man/*.1 userspace/man/*.1)
MAN5_PAGES := userspace/man/memwatch.yaml.5

.PHONY: may-install
may-install:
	@for dir in "$(DESTDIR)$(PREFIX)" "$(DESTDIR)/lib/modules"; do \
		until [ -e "$$dir" ]; do dir=$$(dirname "$$dir"); done; \
		[ -w "$$dir" ] || { echo "make: cannot write to $$dir: run \`sudo make $(MAKECMDGOALS)\`, or choose PREFIX= and DESTDIR=" >&2; exit 2; }; \
	done

EXAMPLES := modules-load.d/memwatch.conf modprobe.d/memwatch.conf
# Units of what is not a package of the distribution.
UNIT_DIR = $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,/etc/systemd/system)
EXAMPLES_DIR = $(DESTDIR)$(PREFIX)/share/doc/memwatch/examples

.PHONY: install
install: may-install can-use-headers userspace ## the reader to PREFIX/bin, the module under DKMS (its source only if DESTDIR=)
	$(if $(DESTDIR),packaging/dkms-module put "$(DESTDIR)",packaging/dkms-module install "$(KVER)" "$(KDIR)")
	@$(MAKE) --no-print-directory install-userspace
	@echo 'to load it at each boot, with parameters: see $(PREFIX)/share/doc/memwatch/examples'

.PHONY: can-use-headers
can-use-headers:
	$(if $(DESTDIR),,@tests/kdir --check "$(KDIR)" "$(KVER)")

.PHONY: install-module
install-module: may-install module ## the module for KVER= alone, without DKMS
	$(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	$(if $(DESTDIR),,depmod $(KVER))

.PHONY: install-userspace
install-userspace: userspace ## the reader, its man page and examples alone
	install -D -m 755 $(B)/memwatch $(DESTDIR)$(PREFIX)/bin/memwatch
	$(foreach page,$(MAN_PAGES),install -D -m 644 $(page) $(DESTDIR)$(PREFIX)/share/man/man1/$(notdir $(page));)
	$(foreach page,$(MAN5_PAGES),install -D -m 644 $(page) $(DESTDIR)$(PREFIX)/share/man/man5/$(notdir $(page));)
	$(foreach file,$(EXAMPLES),install -D -m 644 packaging/$(file) $(EXAMPLES_DIR)/$(file);)
	install -D -m 644 userspace/memwatch.yaml $(EXAMPLES_DIR)/memwatch.yaml
	install -d $(DESTDIR)$(UNIT_DIR)
	sed 's|/usr/local/bin|$(PREFIX)/bin|' packaging/memwatch.service > $(DESTDIR)$(UNIT_DIR)/memwatch.service

.PHONY: uninstall
uninstall: may-install ## what install and install-module put there
	rm -f $(DESTDIR)$(PREFIX)/bin/memwatch $(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(MAN_PAGES)))
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man5/,$(notdir $(MAN5_PAGES))) $(DESTDIR)$(UNIT_DIR)/memwatch.service
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/memwatch
	packaging/dkms-module uninstall "$(DESTDIR)"
	[ ! -d $(DESTDIR)/lib/modules/$(KVER) ] || find $(DESTDIR)/lib/modules/$(KVER) -name 'memwatch.ko*' -delete
	$(if $(DESTDIR),,depmod $(KVER))

# By hand, since Kbuild's clean wants headers and deletes *.a everywhere.
.PHONY: clean
clean: ## what was built (downloads stay in ~/.cache/memwatch)
	rm -rf $(B) Module.symvers modules.order .tmp_versions
	rm -f memwatch.ko memwatch.mod memwatch.mod.c .*.cmd *.o .*.o
	if [ -d module ]; then find module \( -name '*.o' -o -name '.*.cmd' -o -name '*.mod' \) -delete; fi
