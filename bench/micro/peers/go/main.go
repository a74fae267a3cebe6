// SPDX-License-Identifier: Apache-2.0

// Go's side of compare.py; run with GOMAXPROCS=1.  A pool is a buffered channel.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// The processor's time, of all threads.
func now() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func measure(name string, row func(n int)) {
	const wanted = 40 * time.Millisecond
	for n := 64; ; {
		begin := now()
		row(n)
		took := now() - begin
		if took >= wanted {
			fmt.Printf("%s %.2f\n", name, float64(took.Nanoseconds())/float64(n))
			return
		}
		if took < wanted/16 {
			n *= 8
		} else {
			n *= 2
		}
	}
}

func yieldRow(n int) {
	var group sync.WaitGroup
	yieldOften := func() {
		for i := 0; i < n/2; i++ {
			runtime.Gosched()
		}
		group.Done()
	}
	group.Add(2)
	go yieldOften()
	go yieldOften()
	group.Wait()
}

func spawnRow(n int) {
	var group sync.WaitGroup
	for ; n > 0; n-- {
		group.Add(1)
		go group.Done()
		group.Wait()
	}
}

func play(from, to chan *int, serves bool, n int) {
	var ball *int
	if serves {
		ball = new(int)
	}
	for ; n > 0; n-- {
		if ball != nil {
			to <- ball
		}
		ball = <-from
	}
	if !serves {
		to <- ball
	}
}

func channelRow(n int) {
	var group sync.WaitGroup
	there := make(chan *int)
	back := make(chan *int)
	group.Add(2)
	go func() {
		play(back, there, true, n)
		group.Done()
	}()
	go func() {
		play(there, back, false, n)
		group.Done()
	}()
	group.Wait()
}

func selectRow(n int) {
	even := make(chan *int)
	odd := make(chan *int)
	thing := new(int)
	go func(n int) {
		for i := 0; i < n; i++ {
			if i&1 == 0 {
				even <- thing
			} else {
				odd <- thing
			}
		}
	}(n)
	for ; n > 0; n-- {
		select {
		case <-even:
		case <-odd:
		}
	}
}

func mutexRow(n int) {
	var mutex sync.Mutex
	for ; n > 0; n-- {
		mutex.Lock()
		mutex.Unlock()
	}
}

func poolRow(n int) {
	pool := make(chan *int, 4)
	for i := 0; i < cap(pool); i++ {
		pool <- new(int)
	}
	for ; n > 0; n-- {
		thing := <-pool
		pool <- thing
	}
}

func main() {
	measure("yield", yieldRow)
	measure("spawn", spawnRow)
	measure("channel", channelRow)
	measure("select", selectRow)
	measure("mutex", mutexRow)
	measure("pool", poolRow)
}
