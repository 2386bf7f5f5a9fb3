package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are read from the state when somebody asks, so that nothing in the
// hall has to count for them.
func (l *lobby) metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), stateCollector{l})
	return r
}

// stateCollector turns the state into metrics.
type stateCollector struct{ lobby *lobby }

var (
	metricIssued  = prometheus.NewDesc("lobby_tickets_issued_today", "Tickets issued on the business day.", nil, nil)
	metricCalls   = prometheus.NewDesc("lobby_calls_today", "Calls on the business day.", nil, nil)
	metricServed  = prometheus.NewDesc("lobby_legs_done_today", "Legs served to their end on the business day.", nil, nil)
	metricWaiting = prometheus.NewDesc("lobby_waiting", "Tickets that wait now.", []string{"service"}, nil)
	metricDevice  = prometheus.NewDesc("lobby_device_up", "1 when the device is up.", []string{"device", "kind"}, nil)
	metricAsked   = prometheus.NewDesc("lobby_callbox_questions_total", "Questions to a board since its bus began.", []string{"unit"}, nil)
	metricLost    = prometheus.NewDesc("lobby_callbox_lost_total", "Those without a usable answer.", []string{"unit"}, nil)
	metricEvents  = prometheus.NewDesc("lobby_callbox_events_total", "Events that were taken.", []string{"unit"}, nil)
	metricBoots   = prometheus.NewDesc("lobby_callbox_boots_total", "Boots of the board, the first contact among them.", []string{"unit"}, nil)
	metricBites   = prometheus.NewDesc("lobby_callbox_watchdog_resets", "Resets by the board's watchdog since its power came on.", []string{"unit"}, nil)
	metricBytes   = prometheus.NewDesc("lobby_trail_bytes", "Size of the trail's files.", nil, nil)
	metricOldest  = prometheus.NewDesc("lobby_trail_oldest_record_timestamp_seconds", "Time of the oldest record that is kept.", nil, nil)
	metricParts   = prometheus.NewDesc("lobby_trail_parts", "Files of closed months.", nil, nil)
	metricFree    = prometheus.NewDesc("lobby_disk_free_bytes", "Free space on the disk of the trail.", nil, nil)
	metricReserve = prometheus.NewDesc("lobby_disk_reserve", "1 while space is kept for the end of the day.", nil, nil)
	metricSigned  = prometheus.NewDesc("lobby_checkpoint_timestamp_seconds", "Time of the newest signed checkpoint of this run.", nil, nil)
	metricCovered = prometheus.NewDesc("lobby_checkpoint_records", "Records that the newest checkpoint is over.", nil, nil)
	metricFilms   = prometheus.NewDesc("lobby_footage_bytes", "Footage of the camera that is kept.", []string{"camera"}, nil)
	metricReels   = prometheus.NewDesc("lobby_footage_segments", "Segments of that footage.", []string{"camera"}, nil)
	metricFirst   = prometheus.NewDesc("lobby_footage_oldest_timestamp_seconds", "Time of its oldest picture.", []string{"camera"}, nil)
	metricQuota   = prometheus.NewDesc("lobby_footage_quota_free_bytes", "Bytes of the camera's own quota that are free, where it has one.", []string{"camera"}, nil)
	metricPins    = prometheus.NewDesc("lobby_footage_pins", "Stretches of it that are kept beyond its days.", []string{"camera"}, nil)
	metricWritten = prometheus.NewDesc("lobby_footage_written_bytes_total", "Bytes of it that were written.", []string{"camera"}, nil)
	metricFailed  = prometheus.NewDesc("lobby_footage_write_errors_total", "Pictures that could not be written, a full disk among the reasons.", []string{"camera"}, nil)
	metricRoom    = prometheus.NewDesc("lobby_footage_free_bytes", "What all cameras may still record before footage is deleted or refused.", nil, nil)
	metricSeq     = prometheus.NewDesc("lobby_trail_records", "Records in the trail.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c stateCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		metricIssued, metricCalls, metricServed, metricWaiting, metricDevice, metricSeq,
		metricAsked, metricLost, metricEvents, metricBoots, metricBites,
		metricBytes, metricOldest, metricParts, metricFree, metricReserve, metricSigned, metricCovered,
		metricFilms, metricReels, metricFirst, metricQuota, metricPins, metricWritten, metricFailed, metricRoom,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c stateCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(c.lobby.group.ctx, 2*time.Second)
	defer cancel()
	v, err := c.lobby.hall.View(ctx)
	if err != nil {
		return // a hall that has stopped has no figures
	}
	gauge := func(d *prometheus.Desc, value int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value), labels...)
	}
	gauge(metricIssued, v.Figures.Issued)
	gauge(metricCalls, v.Figures.Calls)
	gauge(metricServed, v.Figures.Served)
	gauge(metricSeq, int(v.Seq))
	if s := c.lobby.signed.Load(); s != nil {
		gauge(metricSigned, int(s.at.Unix()))
		gauge(metricCovered, int(s.size))
	}
	c.storage(gauge)
	c.footage(ch, gauge)
	for _, s := range v.Services {
		gauge(metricWaiting, s.Waiting, s.ID)
	}
	for _, d := range v.Devices {
		up := 0
		if d.State == "up" {
			up = 1
		}
		gauge(metricDevice, up, d.ID, d.Kind)
	}
	c.lines(ch)
}

// lines are the figures of the call box wires.
func (c stateCollector) lines(ch chan<- prometheus.Metric) {
	for _, f := range c.lobby.inputs.figures() {
		for d, value := range map[*prometheus.Desc]uint64{
			metricAsked: f.Asked, metricLost: f.Lost, metricEvents: f.Events, metricBoots: f.Boots,
		} {
			ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), f.Unit)
		}
		ch <- prometheus.MustNewConstMetric(metricBites, prometheus.GaugeValue, float64(f.Status.Watchdog), f.Unit)
	}
}

// storage is how the trail and its disk are.
func (c stateCollector) storage(gauge func(*prometheus.Desc, int, ...string)) {
	e, err := c.lobby.trail.Extent()
	if err != nil {
		return // it is being opened again
	}
	gauge(metricBytes, int(e.Bytes))
	gauge(metricParts, e.Parts)
	if !e.Oldest.IsZero() {
		gauge(metricOldest, int(e.Oldest.Unix()))
	}
	if e.Total == 0 {
		return // a system that does not tell
	}
	gauge(metricFree, int(e.Free))
	reserve := 0
	if e.Reserve {
		reserve = 1
	}
	gauge(metricReserve, reserve)
}

// footage is what is recorded, once the archive is open.
func (c stateCollector) footage(ch chan<- prometheus.Metric, gauge func(*prometheus.Desc, int, ...string)) {
	archive := c.lobby.footage.opened()
	if archive == nil {
		return
	}
	for _, s := range archive.States() {
		gauge(metricFilms, int(s.Bytes), s.Camera)
		gauge(metricReels, s.Segments, s.Camera)
		gauge(metricPins, s.Pins, s.Camera)
		if !s.Oldest.IsZero() {
			gauge(metricFirst, int(s.Oldest.Unix()), s.Camera)
		}
		if s.Free >= 0 {
			gauge(metricQuota, int(s.Free), s.Camera)
		}
		ch <- prometheus.MustNewConstMetric(metricWritten, prometheus.CounterValue, float64(s.Written), s.Camera)
		ch <- prometheus.MustNewConstMetric(metricFailed, prometheus.CounterValue, float64(s.Failed), s.Camera)
	}
	if free, bounded := archive.Free(); bounded {
		gauge(metricRoom, int(free))
	}
}
