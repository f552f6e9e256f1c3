-- +goose Up
alter table person_settings add column starting bigint not null default 0;

-- +goose Down
alter table person_settings drop column starting;
