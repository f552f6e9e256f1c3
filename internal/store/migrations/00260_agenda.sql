-- +goose Up
-- The hour of the day, in the zone, at which somebody wants to be told what it brings; -1 for never. agenda_next is when that is looked at next.
alter table person_settings add column agenda bigint not null default -1;
alter table person_settings add column agenda_zone text not null default '';
alter table person_settings add column agenda_next bigint not null default 0;
create index person_settings_agenda on person_settings (tenant, agenda_next) where agenda >= 0;

-- +goose Down
drop index person_settings_agenda;
alter table person_settings drop column agenda_next;
alter table person_settings drop column agenda_zone;
alter table person_settings drop column agenda;
