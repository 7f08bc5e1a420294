# SPDX-License-Identifier: GPL-2.0-only
#
# Builds memwatch: the module by Kbuild (memwatch.ko at the top), the reader and
# everything for tests under build/. Kbuild itself reads ./Kbuild, never this
# file. A new .c file in userspace/ or tests/ needs no change here.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

PREFIX  ?= /usr/local
DESTDIR ?=
KVER    ?= $(shell uname -r)
KDIR    ?= $(shell tests/kdir $(KVER))
B       := build

CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Werror
MW_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -Iuserspace/lib -Imodule $(CFLAGS)
LDLIBS   := -lcjson -lm

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: all
all: module userspace ## the module for the running kernel, and the reader

# --- module -----------------------------------------------------------------

.PHONY: module
module: ## memwatch.ko for KVER= (the running kernel) or KDIR=
	@tests/kdir --check "$(KDIR)" "$(KVER)"
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

# --- reader -----------------------------------------------------------------

LIB_C := $(wildcard userspace/lib/*.c)
CMD_C := $(wildcard userspace/cmd/*.c)
LIB_O := $(LIB_C:%.c=$(B)/%.o)
CMD_O := $(CMD_C:%.c=$(B)/%.o)

.PHONY: userspace
userspace: $(B)/memwatch ## the reader, build/memwatch

$(B)/memwatch: $(CMD_O) $(B)/libmemwatch.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Made anew: ar alone would keep the members of files that are gone.
$(B)/libmemwatch.a: $(LIB_O)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(MW_CFLAGS) -MMD -MP -c -o $@ $<

-include $(LIB_O:.o=.d) $(CMD_O:.o=.d)

# --- workloads: programs whose memory behaviour is known ---------------------

WORKLOADS := $(patsubst tests/workloads/%.c,$(B)/workloads/%,$(wildcard tests/workloads/*.c))

.PHONY: workloads
workloads: $(WORKLOADS) ## the programs of tests/workloads, for guests

$(B)/workloads/%: tests/workloads/%.c $(wildcard tests/workloads/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -D_GNU_SOURCE $(CFLAGS) -static -o $@ $< -lm
