package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
)

// blanks is a body of that many bytes; after them, whoever reads waits for release, when there is one.
type blanks struct {
	left    int
	read    func() // all of them are read
	release chan struct{}
}

func (b *blanks) Read(into []byte) (int, error) {
	if b.left == 0 {
		if b.release == nil {
			return 0, io.EOF
		}
		b.read()
		<-b.release
		b.release, b.left = nil, 1
	}
	n := min(len(into), b.left)
	clear(into[:n])
	b.left -= n
	return n, nil
}

func (b *blanks) Close() error { return nil }

// floods posts a body without saying how long it is, or saying so, and answers the status.
func floods(t *testing.T, h http.Handler, body *blanks, length int64) int {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graph/notify", body)
	r.ContentLength = length
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// heap is what is in use, after what is not has been swept.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapInuse
}

// Bodies that are small one by one fill no memory either, however many are held at the same time.
func TestT52_AFloodOfSmallBodiesFillsNoMemory(t *testing.T) { //nolint:paralleltest // memory is that of the whole process
	const many, most = 5_000, 96 << 20
	for _, size := range []int{63 << 10, 8<<10 - 1} {
		h := serve(t, files())
		before := heap()
		release := make(chan struct{})
		var read, ended sync.WaitGroup
		for range many {
			read.Add(1)
			once := sync.OnceFunc(read.Done)
			ended.Go(func() {
				floods(t, h, &blanks{left: size, read: once, release: release}, -1)
				once() // it was turned away before
			})
		}
		read.Wait()
		during := heap()
		close(release)
		ended.Wait()
		if during > before+most {
			t.Errorf("%d bodies of %d bytes take %d MiB", many, size, (during-before)>>20)
		}
	}
}

// Whoever posts what is too large, one after the other or all at the same time, fills no memory.
func TestT52_AFloodOfLargeBodiesFillsNoMemory(t *testing.T) { //nolint:paralleltest // memory is that of the whole process
	const mebibyte, most = 1 << 20, 96 << 20
	h := serve(t, files())
	before := heap()
	for i := range 2_000 {
		length := int64(mebibyte + 1)
		if i%10 == 0 {
			length = -1 // nobody says how long it is, so that it is read
		}
		if got := floods(t, h, &blanks{left: mebibyte + 1}, length); got != http.StatusRequestEntityTooLarge {
			t.Fatalf("number %d: %d", i, got)
		}
	}
	if after := heap(); after > before+most/8 {
		t.Errorf("2,000 bodies left %d MiB behind", (after-before)>>20)
	}

	const many = 128
	var read, ended sync.WaitGroup
	release, statuses := make(chan struct{}), make(chan int, many)
	for range many {
		read.Add(1)
		once := sync.OnceFunc(read.Done)
		ended.Go(func() {
			statuses <- floods(t, h, &blanks{left: mebibyte, read: once, release: release}, -1)
			once() // it was turned away before
		})
	}
	read.Wait()
	if during := heap(); during > before+most {
		t.Errorf("%d bodies at the same time take %d MiB", many, (during-before)>>20)
	}
	close(release)
	ended.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	if large, away := count[http.StatusRequestEntityTooLarge], count[http.StatusServiceUnavailable]; large == 0 || away == 0 || large+away != many {
		t.Errorf("answered %v", count)
	}
}
